# Sources configured by Meson, cross-built by two files: one describes the target, one the machine that builds.
#
# Ninja of the host knows no jobserver: it gets -j of the whole machine and -l, so that it waits while other
# tasks keep the processors busy.

DEPENDS:append = " meson-native ninja-native"

B = "${WORKDIR}/build"
MESON_SOURCEPATH ?= "${S}"
MESON_BUILDTYPE ?= "plain"
MESON_CROSS_FILE = ""
MESON_CROSS_FILE:class-target = "--cross-file ${WORKDIR}/meson.cross"
MESON_INSTALL_TAGS ?= ""
MESON_TARGET ?= ""
EXTRA_OEMESON ??= ""

MESONOPTS = "\
    --prefix ${prefix} --buildtype ${MESON_BUILDTYPE} \
    --bindir ${@meson_relative(d, 'bindir')} --sbindir ${@meson_relative(d, 'sbindir')} \
    --datadir ${@meson_relative(d, 'datadir')} --libdir ${@meson_relative(d, 'libdir')} \
    --libexecdir ${@meson_relative(d, 'libexecdir')} --includedir ${@meson_relative(d, 'includedir')} \
    --mandir ${@meson_relative(d, 'mandir')} --infodir ${@meson_relative(d, 'infodir')} \
    --sysconfdir ${sysconfdir} --localstatedir ${localstatedir} --sharedstatedir ${sharedstatedir} \
    --wrap-mode nodownload \
"

# "a b" → 'a', 'b': a list in Meson's files.
function meson_list(d, name)
	local words = {}
	for word in (d:getVar(name) or ""):gmatch("%S+") do words[#words + 1] = "'" .. word .. "'" end
	return table.concat(words, ", ")
end

function meson_relative(d, name)
	local prefix, dir = d:getVar("prefix"), d:getVar(name)
	if dir:sub(1, #prefix + 1) == prefix .. "/" then return dir:sub(#prefix + 2) end
	return dir
end

# Meson's names: x86_64 and x86 apart, the processor is the architecture.
MESON_CPU_FAMILY = "${HOST_ARCH}"
MESON_ENDIAN = "little"

# meson before 1.3 knows pkg-config as pkgconfig.
# A program of its own for what runs here: the environment's pkg-config knows the target only.
MESON_NATIVE_PKG_CONFIG = "${WORKDIR}/pkg-config-native"

addtask write_config after do_patch before do_configure
do_write_config() {
	cat > ${WORKDIR}/meson.cross <<-END
		# Made by meson.bbclass.
		[binaries]
		c = [${@meson_list(d, 'CC')}]
		cpp = [${@meson_list(d, 'CXX')}]
		ar = [${@meson_list(d, 'AR')}]
		nm = [${@meson_list(d, 'NM')}]
		strip = [${@meson_list(d, 'STRIP')}]
		readelf = [${@meson_list(d, 'READELF')}]
		objcopy = [${@meson_list(d, 'OBJCOPY')}]
		pkgconfig = 'pkg-config'
		pkg-config = 'pkg-config'
		cmake = 'cmake'

		[built-in options]
		c_args = [${@meson_list(d, 'CFLAGS')}]
		c_link_args = [${@meson_list(d, 'LDFLAGS')}]
		cpp_args = [${@meson_list(d, 'CXXFLAGS')}]
		cpp_link_args = [${@meson_list(d, 'LDFLAGS')}]

		[properties]
		needs_exe_wrapper = true
		sys_root = '${STAGING_DIR_HOST}'
		pkg_config_libdir = '${STAGING_DIR_HOST}${libdir}/pkgconfig:${STAGING_DIR_HOST}${datadir}/pkgconfig'

		[host_machine]
		system = 'linux'
		cpu_family = '${MESON_CPU_FAMILY}'
		cpu = '${HOST_ARCH}'
		endian = '${MESON_ENDIAN}'
	END
	cat > ${WORKDIR}/meson.native <<-END
		# Made by meson.bbclass.
		[binaries]
		c = [${@meson_list(d, 'BUILD_CC')}]
		cpp = [${@meson_list(d, 'BUILD_CXX')}]
		ar = [${@meson_list(d, 'BUILD_AR')}]
		nm = [${@meson_list(d, 'BUILD_NM')}]
		strip = [${@meson_list(d, 'BUILD_STRIP')}]
		pkgconfig = '${MESON_NATIVE_PKG_CONFIG}'
		pkg-config = '${MESON_NATIVE_PKG_CONFIG}'

		[built-in options]
		c_args = [${@meson_list(d, 'BUILD_CFLAGS')}]
		c_link_args = [${@meson_list(d, 'BUILD_LDFLAGS')}]
		cpp_args = [${@meson_list(d, 'BUILD_CXXFLAGS')}]
		cpp_link_args = [${@meson_list(d, 'BUILD_LDFLAGS')}]
	END
	cat > ${MESON_NATIVE_PKG_CONFIG} <<-END
		#!/bin/sh
		unset PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_DIR
		PKG_CONFIG_LIBDIR=${STAGING_LIBDIR_NATIVE}/pkgconfig:${STAGING_DATADIR_NATIVE}/pkgconfig \\
			exec pkg-config "\$@"
	END
	chmod 0755 ${MESON_NATIVE_PKG_CONFIG}
}

meson_do_configure() {
	meson setup ${MESONOPTS} --native-file ${WORKDIR}/meson.native ${MESON_CROSS_FILE} \
		${EXTRA_OEMESON} ${PACKAGECONFIG_CONFARGS} ${MESON_SOURCEPATH} ${B} || {
		cat ${B}/meson-logs/meson-log.txt >&2
		bbfatal "meson setup failed"
	}
}

meson_do_compile() {
	ninja -v -C ${B} -l "$(nproc)" ${MESON_TARGET}
}

meson_do_install() {
	DESTDIR='${D}' meson install --no-rebuild -C ${B} ${@'--tags ' + d.getVar('MESON_INSTALL_TAGS') if d.getVar('MESON_INSTALL_TAGS') else ''}
}

EXPORT_FUNCTIONS do_configure do_compile do_install
