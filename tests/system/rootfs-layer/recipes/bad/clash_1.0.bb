SUMMARY = "Ships a file of beta"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"

do_install() {
	install -d ${D}${sysconfdir}
	echo other > ${D}${sysconfdir}/greeting
}
