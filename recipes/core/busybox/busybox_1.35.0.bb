SUMMARY = "Init, shell, DHCP client and the common commands in one small program"
HOMEPAGE = "https://busybox.net/"
SECTION = "base"
LICENSE = "GPL-2.0-only & bzip2-1.0.4"
LIC_FILES_CHKSUM = "\
    file://LICENSE;md5=de10de48642ab74318e893a61105afbb \
    file://archival/libarchive/bz/LICENSE;md5=28e3301eae987e8cfe19988e98383dae \
"

# A layer adds or takes away commands by a fragment of its own: SRC_URI += "file://mine.cfg".
SRC_URI = "\
    https://busybox.net/downloads/busybox-${PV}.tar.bz2 \
    file://base.cfg \
    file://init.cfg \
    file://shell.cfg \
    file://system.cfg \
    file://network.cfg \
    file://default.script \
"
SRC_URI[sha256sum] = "faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694"

inherit cml1 openeuler-source

# It compiles its configuration tool and tables for the host first.
BB_HOST_HEADERS = "1"

B = "${WORKDIR}/build"
# HOSTCFLAGS and EXTRA_CFLAGS: CFLAGS given to make would replace those the makefile collects.
EXTRA_OEMAKE = "-C ${S} O=${B} ARCH=${TARGET_ARCH} CROSS_COMPILE=${HOST_PREFIX} CC='${CC}' \
    HOSTCC='${BUILD_CC}' HOSTCFLAGS='${BUILD_OPTIMIZATION}' \
    EXTRA_CFLAGS='${CFLAGS}' EXTRA_LDFLAGS='${LDFLAGS}' SKIP_STRIP=y V=1"
export KCONFIG_NOTIMESTAMP = "1"

do_configure() {
	unset CFLAGS CPPFLAGS LDFLAGS
	oe_runmake allnoconfig
	cml1_merge_fragments ${S} ${B} ${CML1_FRAGMENTS}
}

do_compile() {
	unset CFLAGS CPPFLAGS LDFLAGS
	oe_runmake busybox busybox.links
}

do_install() {
	install -D -m 0755 busybox ${D}${base_bindir}/busybox
	while read -r path; do
		busybox_link "$path"
	done < busybox.links
	install -D -m 0755 ${WORKDIR}/default.script ${D}${datadir}/udhcpc/default.script
}

# busybox_link PATH: PATH names bin or sbin of a root or /usr, which may be one and the same here.
busybox_link() {
	case $1 in
	/usr/bin/*) dir=${bindir} ;;
	/usr/sbin/*) dir=${sbindir} ;;
	/sbin/*) dir=${base_sbindir} ;;
	*) dir=${base_bindir} ;;
	esac
	install -d ${D}$dir
	ln -sfr ${D}${base_bindir}/busybox ${D}$dir/$(basename "$1")
}

FILES:${PN} += "${datadir}/udhcpc"
RPROVIDES:${PN} = "virtual-base-utils /bin/sh"
