DEPENDS = "b gone regex"
