SUMMARY = "Minimal library of the netlink protocol"
HOMEPAGE = "https://netfilter.org/projects/libmnl/"
SECTION = "libs"
LICENSE = "LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "file://COPYING;md5=4fbd65380cdd255951079008b364516c"

SRC_URI = "https://netfilter.org/projects/libmnl/files/libmnl-${PV}.tar.bz2"
SRC_URI[sha256sum] = "171f89699f286a5854b72b91d06e8f8e3683064c5901fb09d954a9ab6f551f81"

inherit autotools pkgconfig openeuler-source

EXTRA_OECONF = "--disable-static --without-doxygen"

BBCLASSEXTEND = "native"
