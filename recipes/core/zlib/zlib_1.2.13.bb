SUMMARY = "Compression library of gzip and zip"
HOMEPAGE = "https://zlib.net/"
SECTION = "libs"
LICENSE = "Zlib"
LIC_FILES_CHKSUM = "file://zlib.h;beginline=6;endline=23;md5=5377232268e952e9ef63bc555f7aa6c0"

# The second sum is the distribution's archive: bzip2, another top directory, less in contrib/.
SRC_URI = "https://github.com/madler/zlib/releases/download/v${PV}/zlib-${PV}.tar.xz;subdir=${BP};striplevel=1"
SRC_URI[sha256sum] = "\
    d14c38e313afc35a9a8760dadf26042f51ea0f5d154b0630a31da0540107fb98 \
    71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1 \
"

inherit openeuler-source

# configure is no GNU one: it knows the target by uname and takes LDSHARED whole.
do_configure() {
	uname=Linux LDSHARED="${CC} -shared -Wl,-soname,libz.so.1,--version-script,${S}/zlib.map ${LDFLAGS}" \
		${S}/configure --prefix=${prefix} --libdir=${libdir} --sharedlibdir=${libdir} \
		--includedir=${includedir} --shared
}

do_install() {
	oe_runmake install DESTDIR=${D}
}

BBCLASSEXTEND = "native"
