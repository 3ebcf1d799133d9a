# A recipe built for the machine that builds: "inherit native" in NAME-native_VERSION.bb, or a variant by
# BBCLASSEXTEND = "native". Uses the host's compiler and libc (and HOSTLIBS); installs below the sysroot of
# build tools, where PATH finds it.

inherit nopackages

CLASSOVERRIDE = "class-native"
EXCLUDE_FROM_WORLD = "1"
PACKAGE_ARCH = "${BUILD_ARCH}"
LIBCOVERRIDE = ""
MACHINEOVERRIDES = ""
MACHINE_FEATURES = ""

TARGET_ARCH = "${BUILD_ARCH}"
TARGET_OS = "${BUILD_OS}"
TARGET_VENDOR = "${BUILD_VENDOR}"
TARGET_PREFIX = "${BUILD_PREFIX}"
TARGET_CC_ARCH = "${BUILD_CC_ARCH}"
TARGET_LD_ARCH = "${BUILD_LD_ARCH}"
TARGET_AS_ARCH = "${BUILD_AS_ARCH}"
TARGET_CPPFLAGS = "${BUILD_CPPFLAGS}"
TARGET_CFLAGS = "${BUILD_CFLAGS}"
TARGET_CXXFLAGS = "${BUILD_CXXFLAGS}"
TARGET_LDFLAGS = "${BUILD_LDFLAGS}"
TOOLCHAIN_OPTIONS = ""
CPPFLAGS = "${BUILD_CPPFLAGS}"
CFLAGS = "${BUILD_CFLAGS}"
CXXFLAGS = "${BUILD_CXXFLAGS}"
LDFLAGS = "${BUILD_LDFLAGS}"

CC = "${BUILD_CC}"
CXX = "${BUILD_CXX}"
CPP = "${BUILD_CPP}"
CCLD = "${BUILD_CCLD}"
LD = "${BUILD_LD}"
AR = "${BUILD_AR}"
AS = "${BUILD_AS}"
RANLIB = "${BUILD_RANLIB}"
STRIP = "${BUILD_STRIP}"
NM = "${BUILD_NM}"
OBJCOPY = "${BUILD_OBJCOPY}"
OBJDUMP = "${BUILD_OBJDUMP}"
READELF = "${BUILD_READELF}"

base_prefix = "${STAGING_DIR_NATIVE}"
prefix = "${STAGING_DIR_NATIVE}${prefix_native}"
exec_prefix = "${prefix}"
root_prefix = "${prefix}"
bindir = "${STAGING_BINDIR_NATIVE}"
sbindir = "${STAGING_SBINDIR_NATIVE}"
libdir = "${STAGING_LIBDIR_NATIVE}"
libexecdir = "${STAGING_LIBEXECDIR_NATIVE}"
includedir = "${STAGING_INCDIR_NATIVE}"
datadir = "${STAGING_DATADIR_NATIVE}"
sysconfdir = "${STAGING_ETCDIR_NATIVE}"
baselib = "lib"

STAGING_DIR_HOST = ""
STAGING_DIR_TARGET = ""
PKG_CONFIG_SYSROOT_DIR = ""

# What is installed below STAGING_DIR_NATIVE becomes the root of the tree given to others.
SYSROOT_DIRS = "${prefix_native} ${sysconfdir_native} /sysroot-only"
SYSROOT_DIRS_IGNORE = "${datadir_native}/man ${datadir_native}/doc ${datadir_native}/info \
    ${datadir_native}/locale"
sysroot_stage_all() {
	sysroot_stage_dirs ${D}${STAGING_DIR_NATIVE} ${SYSROOT_DESTDIR}
}
do_populate_sysroot[rdeptask] = "do_populate_sysroot"

# A variant's dependencies and names are those of the build machine.
function native_names(text)
	local words = {}
	for name in (text or ""):gmatch("%S+") do
		local keep = name:match("%-native$") or name:match("%-cross$")
		words[#words + 1] = keep and name or name .. "-native"
	end
	return table.concat(words, " ")
end

lua () {
	if not (d:getVar("BBCLASSEXTEND") or ""):find("native", 1, true) then return end
	for _, name in ipairs{"DEPENDS", "PROVIDES"} do
		d:setVar(name, native_names(d:getVar(name)))
	end
	for _, name in ipairs{"RDEPENDS", "RRECOMMENDS", "RPROVIDES"} do
		local own = name .. ":" .. d:getVar("PN")
		if d:getVar(own) then d:setVar(own, native_names((d:getVar(own):gsub("%b()", "")))) end
	end
}
