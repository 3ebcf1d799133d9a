SUMMARY = "Kernel headers for the C library and programs"
SECTION = "devel"
require recipes/kernel/linux/linux-source.inc

inherit kernel-arch openeuler-source

# openEuler's are those of its kernel.
OPENEULER_NAME = "kernel"
OPENEULER_TREE = "1"

INHIBIT_DEFAULT_DEPS = "1"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
	kernel_environment
	oe_runmake headers_install INSTALL_HDR_PATH=${D}${exec_prefix}
	find ${D}${includedir} -name '.*' -type f -delete
}

RDEPENDS:${PN}-dev = ""
RRECOMMENDS:${PN}-dev = ""
