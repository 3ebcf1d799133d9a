do_prepare[noexec] = "1"
DEPENDS = "b"
