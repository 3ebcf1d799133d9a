DEPENDS = "missing"
