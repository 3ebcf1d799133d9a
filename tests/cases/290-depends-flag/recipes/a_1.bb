do_build[depends] = "b:do_fetch c:do_build"
do_fetch[depends] += "b:do_build"
