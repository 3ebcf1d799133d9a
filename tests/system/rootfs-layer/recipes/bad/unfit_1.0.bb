SUMMARY = "A program of the machine that builds, a file that names its directory, a script nobody can run"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
INHIBIT_PACKAGE_STRIP = "1"

# The header alone: of the whole program do_package would already miss the libc.
do_install() {
	install -d ${D}${bindir}
	head -c 64 /bin/true > ${D}${bindir}/unfit
	echo "${WORKDIR}" > ${D}${bindir}/where
	printf '#!/usr/bin/snobol\n' > ${D}${bindir}/script
	chmod +x ${D}${bindir}/script
}
