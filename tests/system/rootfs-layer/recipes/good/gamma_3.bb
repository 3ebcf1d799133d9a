SUMMARY = "Only recommended; brings an account"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"

inherit useradd
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "-r -g 77 gamma"
USERADD_PARAM:${PN} = "-r -u 77 -g gamma -d / -s /bin/false gamma"

do_install() {
	install -d -o gamma ${D}${sysconfdir}
	echo third > ${WORKDIR}/text
	install -m 0644 --owner=gamma -g gamma ${WORKDIR}/text ${D}${sysconfdir}/gamma
	chown -R gamma:gamma ${D}${sysconfdir}
}
