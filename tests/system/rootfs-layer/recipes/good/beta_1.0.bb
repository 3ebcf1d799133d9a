SUMMARY = "Two packages of one recipe"
LICENSE = "GPL-2.0-only & MIT"
INHIBIT_DEFAULT_DEPS = "1"
PACKAGES =+ "${PN}-extra"
FILES:${PN}-extra = "${datadir}/extra"
RPROVIDES:${PN} = "virtual-greeting"

do_install() {
	install -d ${D}${sysconfdir} ${D}${datadir}/extra
	echo hello > ${D}${sysconfdir}/greeting
	echo more > ${D}${datadir}/extra/more
}
