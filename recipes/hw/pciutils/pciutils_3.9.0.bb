SUMMARY = "Lists and configures PCI devices"
HOMEPAGE = "https://mj.ucw.cz/sw/pciutils/"
SECTION = "base"
LICENSE = "GPL-2.0-or-later"
LIC_FILES_CHKSUM = "file://COPYING;md5=751419260aa954499f7abaabaa882bbe"

SRC_URI = "${KERNELORG_MIRROR}/software/utils/pciutils/pciutils-${PV}.tar.gz"
SRC_URI[sha256sum] = "8953a785b2e3af414434b8fdcbfb75c90758819631001e60dd3afb89b22b2331"

inherit pkgconfig openeuler-source

PACKAGECONFIG ??= "zlib"
# With zlib the list of names is read compressed: 0.3 MB in place of 1.3.
PACKAGECONFIG[zlib] = "ZLIB=yes,ZLIB=no,zlib"

# lib/configure asks uname unless told; CFLAGS given to make would lose the library's own.
EXTRA_OEMAKE = "\
    HOST=${HOST_ARCH}-linux CROSS_COMPILE=${HOST_PREFIX} CC='${CC}' AR='${AR}' RANLIB='${RANLIB}' STRIP= \
    OPT='${CFLAGS}' LDFLAGS='${LDFLAGS}' \
    SHARED=no DNS=no HWDB=no LIBKMOD=no ${PACKAGECONFIG_CONFARGS} \
    PREFIX=${prefix} SBINDIR=${sbindir} LIBDIR=${libdir} INCDIR=${includedir} SHAREDIR=${datadir} \
    MANDIR=${mandir} IDSDIR=${datadir}/misc \
"

do_compile() {
	oe_runmake
}

do_install() {
	oe_runmake install install-lib 'DESTDIR=${D}'
	rm -f ${D}${sbindir}/update-pciids ${D}${mandir}/man8/update-pciids.8
	# gzip keeps the time of the file unless told not to.
	if [ -e ${D}${datadir}/misc/pci.ids.gz ]; then
		gzip -9nc ${S}/pci.ids > ${D}${datadir}/misc/pci.ids.gz
	fi
}

PACKAGES =+ "pciutils-ids"
FILES:pciutils-ids = "${datadir}/misc/pci.ids*"
SUMMARY:pciutils-ids = "Names of PCI vendors and devices"
RRECOMMENDS:${PN} = "pciutils-ids"
