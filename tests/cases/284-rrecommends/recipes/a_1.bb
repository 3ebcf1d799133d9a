do_build[rdeptask] = "do_build"
PACKAGES = "a"
RRECOMMENDS:a = "b absent"
