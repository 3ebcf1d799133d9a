do_build[depends] = "zlib"
