SUMMARY = "Installs a file that no package takes, and one that names the build directory"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"

do_install() {
	install -d ${D}${bindir} ${D}/opt/lost
	echo "${WORKDIR}" > ${D}${bindir}/where
	echo lost > ${D}/opt/lost/file
}
