SUMMARY = "Looks at and sets network drivers and cards"
HOMEPAGE = "https://www.kernel.org/pub/software/network/ethtool/"
SECTION = "net"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "\
    file://COPYING;md5=b234ee4d69f5fce4486a80fdaf4a4263 \
    file://LICENSE;md5=e373dbae3be7640edf16cbdc53991245 \
"

SRC_URI = "${KERNELORG_MIRROR}/software/network/ethtool/ethtool-${PV}.tar.xz"
SRC_URI[sha256sum] = "c41fc881ffa5a40432d2dd829eb44c64a49dee482e716baacf9262c64daa8f90"

inherit autotools pkgconfig bash-completion openeuler-source

# netlink: what ioctl cannot ask (cable tests, tunnels, module power). pretty-dump: registers of drivers by name.
PACKAGECONFIG ??= ""
PACKAGECONFIG[netlink] = "--enable-netlink,--disable-netlink,libmnl"
PACKAGECONFIG[pretty-dump] = "--enable-pretty-dump,--disable-pretty-dump"
