SUMMARY = "GNU C library"
DESCRIPTION = "The C library, its dynamic loader and the start files, built by the external compiler."
HOMEPAGE = "https://www.gnu.org/software/libc/"
SECTION = "libs"
LICENSE = "GPL-2.0-or-later & LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "\
    file://COPYING;md5=b234ee4d69f5fce4486a80fdaf4a4263 \
    file://COPYING.LIB;md5=4fbd65380cdd255951079008b364516c \
    file://LICENSES;md5=1541fd8f5e8f1579512bf05f533371ba \
    file://posix/rxspencer/COPYRIGHT;md5=dc5485bb394a13b2332ec1c785f5d83a \
"

# The second sum is the distribution's archive, where manual/ was removed for its licence.
SRC_URI = "${GNU_MIRROR}/glibc/glibc-${PV}.tar.xz"
SRC_URI[sha256sum] = "\
    1c959fea240906226062cb4b1e7ebce71a9f0e3c0836c09e7e3423d434fcfe75 \
    a543c02070d46ccaf866957efd13f10c924daa74c86a90a0254db09a92a708ee \
"

INHIBIT_DEFAULT_DEPS = "1"
DEPENDS = "linux-libc-headers"
PROVIDES = "virtual/libc virtual/crypt"

inherit autotools openeuler-source
AUTOTOOLS_RECONF = "0"

# The oldest kernel whose system calls are taken for granted (openEuler 22.03 LTS).
OLDEST_KERNEL ?= "5.10"

# Left out, by the mechanism the source has for it. A distro that wants character sets or locales
# takes iconvdata or localedata away from this list.
GLIBC_INHIBIT_SUBDIRS ?= "iconvdata localedata timezone po manual conform support"

EXTRA_OECONF = "\
    --with-headers=${STAGING_INCDIR} \
    --enable-kernel=${OLDEST_KERNEL} \
    --enable-bind-now \
    --enable-stack-protector=strong \
    --enable-crypt \
    --disable-build-nscd --disable-nscd \
    --disable-profile \
    --disable-timezone-tools \
    --disable-werror \
    --without-gd --without-selinux \
"
# Without a C library no C++ program links: say so, or a g++ of another system is found.
CACHED_CONFIGUREVARS = "\
    libc_cv_slibdir=${base_libdir} \
    libc_cv_rtlddir=${base_libdir} \
    libc_cv_complocaledir=${localedir} \
    libc_cv_include_x86_isa_level=no \
    libc_cv_cxx_link_ok=no \
    ac_cv_path_BASH_SHELL=${base_bindir}/sh \
    ac_cv_prog_MSGFMT= \
"
# It is linked by rules of its own: the usual flags would break the loader.
CPPFLAGS = ""
LDFLAGS = ""
TARGET_LDFLAGS = ""
# The makefiles hand this option, and not -ffile-prefix-map, to the assembler: the start files are in every program.
CFLAGS:append = " -fdebug-prefix-map=${S}=${TARGET_DBGSRC_DIR} -fdebug-prefix-map=${B}=${TARGET_DBGSRC_DIR}"

do_configure() {
	for subdir in ${GLIBC_INHIBIT_SUBDIRS}; do
		echo "inhibit $subdir"
	done > ${S}/sysdeps/unix/sysv/linux/Subdirs
	oe_runconf
}

do_install() {
	oe_runmake install install_root=${D} rootsbindir=${base_sbindir}
	rm -rf ${D}${sysconfdir}/rpc ${D}${libexecdir}/getconf ${D}${localstatedir} ${D}${datadir}/locale
}

# ldconfig is for distros with libraries outside ${libdir}; the image does without a cache.
PACKAGES = "${PN}-dbg ${PN}-staticdev ldconfig ${PN}-utils libcrypt ${PN}-extra-nss \
    libmvec ${PN}-thread-db ${PN}-preload ${PN} ${PN}-dev"

FILES:${PN} = "${base_libdir}/ld-linux*.so.* ${libdir}/lib*.so.*"
FILES:${PN}-dev = "${includedir} ${libdir}/*.o ${libdir}/*.so ${libdir}/libc_nonshared.a \
    ${libdir}/libpthread.a ${libdir}/libdl.a ${libdir}/librt.a ${libdir}/libutil.a ${libdir}/libanl.a"
FILES:${PN}-staticdev = "${libdir}/libc.a ${libdir}/libm*.a ${libdir}/libg.a ${libdir}/libcrypt.a \
    ${libdir}/libresolv.a ${libdir}/libBrokenLocale.a"
FILES:${PN}-utils = "${bindir} ${base_sbindir}/sln ${sbindir}/iconvconfig"
FILES:ldconfig = "${base_sbindir}/ldconfig"
FILES:libcrypt = "${libdir}/libcrypt.so.*"
FILES:libmvec = "${libdir}/libmvec.so.*"
FILES:${PN}-extra-nss = "${libdir}/libnss_*.so.* ${libdir}/libnsl.so.* ${libdir}/libBrokenLocale.so.*"
FILES:${PN}-thread-db = "${libdir}/libthread_db.so.*"
FILES:${PN}-preload = "${libdir}/libmemusage.so ${libdir}/libpcprofile.so ${libdir}/audit \
    ${libdir}/libc_malloc_debug.so.*"

SUMMARY:ldconfig = "Makes the cache of shared libraries"
SUMMARY:libcrypt = "Password hashing library"
SUMMARY:libmvec = "Vector versions of mathematical functions (x86_64)"
SUMMARY:${PN}-utils = "getconf, getent, iconv, ldd, locale and other tools of the C library"
SUMMARY:${PN}-extra-nss = "Name services beyond files and DNS"
SUMMARY:${PN}-thread-db = "Library of debuggers for threads"
SUMMARY:${PN}-preload = "Libraries to preload: memory and profile debugging"

RPROVIDES:${PN} = "libc6 rtld(GNU_HASH)"
RDEPENDS:${PN}-dev = "linux-libc-headers-dev"
# Scripts of -utils name bash or perl, which nothing provides here.
INSANE_SKIP:${PN}-utils = "file-rdeps"
INSANE_SKIP:${PN}-dev = "staticdev"
INSANE_SKIP:${PN}-preload = "dev-so"
