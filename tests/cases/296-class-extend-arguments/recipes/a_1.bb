A = "1"
DEPENDS = "b"
