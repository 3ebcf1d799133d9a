do_build[rdeptask] = "do_build"
PACKAGES = "a"
RDEPENDS:a = "thing"
