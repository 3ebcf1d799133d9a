SUMMARY = "Binds processes and memory to NUMA nodes"
HOMEPAGE = "https://github.com/numactl/numactl"
SECTION = "base"
LICENSE = "GPL-2.0-only & LGPL-2.1-only"
LICENSE:numactl-libs = "LGPL-2.1-only"
LIC_FILES_CHKSUM = "\
    file://LICENSE.GPL2;md5=751419260aa954499f7abaabaa882bbe \
    file://LICENSE.LGPL2.1;md5=4fbd65380cdd255951079008b364516c \
"

SRC_URI = "https://github.com/numactl/numactl/archive/refs/tags/v${PV}.tar.gz;downloadfilename=${BP}.tar.gz"
SRC_URI[sha256sum] = "a35c3bdb3efab5c65927e0de5703227760b1101f5e27ab741d8f32b3d5f0a44c"

inherit autotools openeuler-source

EXTRA_OECONF = "--disable-static"

# Users of the library (DPDK, SPDK) need no tools; an image that binds nothing by hand neither.
PACKAGES =+ "numactl-libs numactl-demo"
FILES:numactl-libs = "${libdir}/libnuma.so.*"
FILES:numactl-demo = "${bindir}/numademo ${bindir}/memhog ${bindir}/migspeed"
SUMMARY:numactl-libs = "NUMA policy library"
SUMMARY:numactl-demo = "Programs that measure NUMA memory"
