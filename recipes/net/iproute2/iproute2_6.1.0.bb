SUMMARY = "ip, ss, bridge, tc, vdpa: the network of the kernel, looked at and set"
HOMEPAGE = "https://wiki.linuxfoundation.org/networking/iproute2"
SECTION = "net"
LICENSE = "GPL-2.0-or-later"
LIC_FILES_CHKSUM = "file://COPYING;md5=eb723b61539feef013de476e68b5c50a"

SRC_URI = "${KERNELORG_MIRROR}/linux/utils/net/iproute2/iproute2-${PV}.tar.xz"
SRC_URI[sha256sum] = "5ce12a0fec6b212725ef218735941b2dab76244db7e72646a76021b0537b43ab"

DEPENDS = "bison-native flex-native"

inherit pkgconfig bash-completion openeuler-source
OPENEULER_NAME = "iproute"

# libmnl: devlink, rdma, dcb, vdpa, and the kernel's own words in errors of ip. Off: the minimal image uses none of
# it. A distro with DPU offloads sets PACKAGECONFIG:append:pn-iproute2 = " libmnl".
PACKAGECONFIG ??= ""
PACKAGECONFIG[libmnl] = ",,libmnl"
PACKAGECONFIG[elf] = ",,elfutils"

IPROUTE2_SUBDIRS = "lib ip bridge misc tc ${@bb.utils.contains('PACKAGECONFIG', 'libmnl', 'devlink rdma dcb vdpa', '', d)}"

# CFLAGS given to make would replace what the makefile collects; CCOPTS is its place for ours.
EXTRA_OEMAKE = "V=1 CC='${CC}' AR='${AR}' CCOPTS='${CFLAGS}' SUBDIRS='${IPROUTE2_SUBDIRS}' \
    SBINDIR=${base_sbindir} CONFDIR=${sysconfdir}/iproute2 DOCDIR=${docdir}/iproute2 MANDIR=${mandir} \
    LIBDIR=${libdir} HDRDIR=${includedir}/iproute2 BASH_COMPDIR=${datadir}/bash-completion/completions"

do_configure() {
	sh ./configure --include_dir ${S}/include --libdir ${libdir} --libbpf_force off
}

do_compile() {
	oe_runmake
}

# /usr/lib/tc holds tables of tc alone.
do_install() {
	oe_runmake install 'DESTDIR=${D}'
	rm -rf ${D}${localstatedir} ${D}${base_sbindir}/routel ${D}${base_sbindir}/ifcfg ${D}${base_sbindir}/rtpr
}

PACKAGES =+ "iproute2-tc iproute2-ss iproute2-bridge iproute2-devlink iproute2-rdma iproute2-vdpa iproute2-dcb iproute2-stat"
FILES:iproute2-tc = "${base_sbindir}/tc ${libdir}/tc"
FILES:iproute2-ss = "${base_sbindir}/ss"
FILES:iproute2-bridge = "${base_sbindir}/bridge"
FILES:iproute2-devlink = "${base_sbindir}/devlink"
FILES:iproute2-rdma = "${base_sbindir}/rdma"
FILES:iproute2-vdpa = "${base_sbindir}/vdpa"
FILES:iproute2-dcb = "${base_sbindir}/dcb"
FILES:iproute2-stat = "${base_sbindir}/ifstat ${base_sbindir}/nstat ${base_sbindir}/rtacct ${base_sbindir}/lnstat \
    ${base_sbindir}/ctstat ${base_sbindir}/rtstat ${base_sbindir}/genl ${base_sbindir}/rtmon"
