SUMMARY = "Small SSH server: logins by key, no passwords"
HOMEPAGE = "https://matt.ucc.asn.au/dropbear/dropbear.html"
SECTION = "net"
LICENSE = "MIT & BSD-2-Clause & PD"
LIC_FILES_CHKSUM = "file://LICENSE;md5=25cf44512b7bc8966a48b6b1a9b7605f"

SRC_URI = "\
    https://matt.ucc.asn.au/dropbear/releases/dropbear-${PV}.tar.bz2 \
    file://localoptions.h \
    file://dropbear.init \
"
SRC_URI[sha256sum] = "bc5a121ffbc94b5171ad5ebe01be42746d50aa797c9549a4639894a16749443b"

inherit autotools update-rc.d openeuler-source
# openEuler's SSH server is OpenSSH.
OPENEULER_NAME = ""

# One program under all names: server, scp for the other side, key tool.
DROPBEAR_PROGRAMS ?= "dropbear dropbearkey scp"
EXTRA_OECONF = "--enable-bundled-libtom --disable-zlib --disable-pam --disable-lastlog --disable-utmp \
    --disable-utmpx --disable-wtmp --disable-wtmpx --disable-loginfunc --disable-pututline --disable-pututxline"
EXTRA_OEMAKE = "PROGRAMS='${DROPBEAR_PROGRAMS}' MULTI=1 SCPPROGRESS=0"

do_configure:append() {
	cp ${WORKDIR}/localoptions.h ${B}/
}

do_install() {
	install -D -m 0755 dropbearmulti ${D}${bindir}/dropbearmulti
	install -d ${D}${sbindir} ${D}${sysconfdir}/dropbear
	ln -sfr ${D}${bindir}/dropbearmulti ${D}${sbindir}/dropbear
	for name in ${DROPBEAR_PROGRAMS}; do
		if [ $name != dropbear ]; then
			ln -sfr ${D}${bindir}/dropbearmulti ${D}${bindir}/$name
		fi
	done
	install -D -m 0755 ${WORKDIR}/dropbear.init ${D}${sysconfdir}/init.d/dropbear
}

INITSCRIPT_NAME = "dropbear"
INITSCRIPT_PARAMS = "defaults 50"

RPROVIDES:${PN} = "ssh-server"
