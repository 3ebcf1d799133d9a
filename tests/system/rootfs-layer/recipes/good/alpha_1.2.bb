SUMMARY = "Needs beta, recommends gamma"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
RDEPENDS:${PN} = "beta (>= 1.0) virtual-greeting"
RRECOMMENDS:${PN} = "gamma gamma-locale"

do_install() {
	install -d -m 1777 ${D}/tmp
	install -d ${D}${bindir} ${D}${sysconfdir}/alpha.d ${D}${mandir}/man1
	echo '#!/bin/sh' > ${D}${bindir}/alpha
	chmod 4755 ${D}${bindir}/alpha
	ln ${D}${bindir}/alpha ${D}${bindir}/alpha-again
	ln -s alpha ${D}${bindir}/alpha-link
	echo root:x:0:0:root:/root:/bin/sh > ${D}${sysconfdir}/passwd
	echo root:x:0: > ${D}${sysconfdir}/group
	echo 'root:*:19700::::::' > ${D}${sysconfdir}/shadow
	echo manual > ${D}${mandir}/man1/alpha.1
}

FILES:${PN} += "/tmp"
