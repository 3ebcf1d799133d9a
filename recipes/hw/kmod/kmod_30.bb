SUMMARY = "Loads, lists and removes kernel modules"
HOMEPAGE = "https://git.kernel.org/pub/scm/utils/kernel/kmod/kmod.git"
SECTION = "base"
LICENSE = "GPL-2.0-or-later & LGPL-2.1-or-later"
LICENSE:libkmod = "LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "\
    file://COPYING;md5=a6f89e2100d9b6cdffcea4f398e37343 \
    file://libkmod/COPYING;md5=a6f89e2100d9b6cdffcea4f398e37343 \
    file://tools/COPYING;md5=751419260aa954499f7abaabaa882bbe \
"

# The second sum is the distribution's archive: version 30 and what came until 2022-11-28, without configure.
SRC_URI = "${KERNELORG_MIRROR}/linux/utils/kernel/kmod/kmod-${PV}.tar.xz;subdir=${BP};striplevel=1"
SRC_URI[sha256sum] = "\
    f897dd72698dc6ac1ef03255cd0a5734ad932318e4adbaebc7338ef2f5202f9f \
    00bc9ae4f1f9e1bbc1266d838452865bc7c24271d0853939edbe3029ad22af4e \
"

inherit autotools pkgconfig bash-completion openeuler-source

AUTOTOOLS_RECONF = "1"
EXTRA_OECONF = "--disable-manpages --disable-test-modules --disable-static --with-rootlibdir=${base_libdir}"

PACKAGECONFIG ??= "zlib"
PACKAGECONFIG[zlib] = "--with-zlib,--without-zlib,zlib"
PACKAGECONFIG[xz] = "--with-xz,--without-xz,xz"
PACKAGECONFIG[zstd] = "--with-zstd,--without-zstd,zstd"
PACKAGECONFIG[openssl] = "--with-openssl,--without-openssl,openssl"

# What gtkdocize would write, were there documentation to make.
do_configure:prepend() {
	touch ${S}/libkmod/docs/gtk-doc.make
}

do_install:append() {
	install -d ${D}${base_sbindir}
	for tool in depmod insmod lsmod modinfo modprobe rmmod; do
		ln -sfr ${D}${bindir}/kmod ${D}${base_sbindir}/$tool
	done
	# Libs.private is what pkg-config said here, sysroot and all.
	sed -i 's|${STAGING_DIR_HOST}||g' ${D}${libdir}/pkgconfig/libkmod.pc
	install -d ${D}${sysconfdir}/modprobe.d ${D}${nonarch_base_libdir}/modprobe.d
}

PACKAGES =+ "libkmod"
FILES:libkmod = "${base_libdir}/libkmod.so.* ${libdir}/libkmod.so.*"
FILES:${PN} += "${nonarch_base_libdir}/modprobe.d"
SUMMARY:libkmod = "Library to load, list and remove kernel modules"

BBCLASSEXTEND = "native"
