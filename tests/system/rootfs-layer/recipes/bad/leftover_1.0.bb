SUMMARY = "Installs a file that no package takes, and a program that needs a library nobody has"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
INHIBIT_PACKAGE_STRIP = "1"

do_install() {
	install -d ${D}${bindir} ${D}/opt/lost
	cp /bin/true ${D}${bindir}/needs-libc
	echo lost > ${D}/opt/lost/file
}
