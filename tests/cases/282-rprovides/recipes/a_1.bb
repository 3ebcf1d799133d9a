do_build[rdeptask] = "do_build"
PACKAGES = "a a-tools"
RDEPENDS:a-tools = "thing (>= 2)"
