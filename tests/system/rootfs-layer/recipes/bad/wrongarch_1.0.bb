SUMMARY = "Ships a program of the machine that builds, and needs a library nobody has"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
INHIBIT_PACKAGE_STRIP = "1"

do_install() {
	install -d ${D}${bindir}
	cp /bin/true ${D}${bindir}/wrongarch
}
