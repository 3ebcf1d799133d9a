# pkg-config of the host, looking into the recipe's sysroot and nowhere else.

DEPENDS:append = " pkgconfig-native"

PKG_CONFIG_SYSROOT_DIR = "${STAGING_DIR_HOST}"
export PKG_CONFIG_SYSROOT_DIR
export PKG_CONFIG_DIR = "${STAGING_DIR_HOST}${libdir}/pkgconfig"
export PKG_CONFIG_LIBDIR = "${PKG_CONFIG_DIR}:${STAGING_DIR_HOST}${datadir}/pkgconfig"
export PKG_CONFIG_SYSTEM_INCLUDE_PATH = "${includedir}"
export PKG_CONFIG_SYSTEM_LIBRARY_PATH = "${base_libdir}:${libdir}"
export PKG_CONFIG_DISABLE_UNINSTALLED = "yes"
# A build tool's dependencies may also be the host's own.
PKG_CONFIG_LIBDIR:append:class-native = ":/usr/lib/${BUILD_ARCH}-linux-gnu/pkgconfig:/usr/lib64/pkgconfig:/usr/lib/pkgconfig:/usr/share/pkgconfig"
