do_build[rdepends] = "b-pkg:do_fetch"
