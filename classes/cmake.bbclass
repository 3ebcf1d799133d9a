# Sources configured by CMake, built out of tree for the target by a toolchain file.
#
# Makefiles, not Ninja: the host's Ninja knows no jobserver, and the build has one.

OECMAKE_SOURCEPATH ??= "${S}"
OECMAKE_GENERATOR ??= "Unix Makefiles"
OECMAKE_BUILD_TYPE ??= "None"
OECMAKE_TARGET_COMPILE ?= "all"
OECMAKE_TARGET_INSTALL ?= "install"
EXTRA_OECMAKE ??= ""
EXTRA_OECMAKE_BUILD ??= ""

B = "${WORKDIR}/build"
DEPENDS:prepend = "cmake-native "

OECMAKE_C_FLAGS ?= "${HOST_CC_ARCH} ${TOOLCHAIN_OPTIONS} ${CPPFLAGS} ${CFLAGS}"
OECMAKE_CXX_FLAGS ?= "${HOST_CC_ARCH} ${TOOLCHAIN_OPTIONS} ${CPPFLAGS} ${CXXFLAGS}"
OECMAKE_C_LINK_FLAGS ?= "${HOST_CC_ARCH} ${TOOLCHAIN_OPTIONS} ${CPPFLAGS} ${LDFLAGS}"
OECMAKE_CXX_LINK_FLAGS ?= "${OECMAKE_C_LINK_FLAGS}"
# A native build finds the host's own libraries after those of the native sysroot.
OECMAKE_FIND_MODE ?= "ONLY"
OECMAKE_FIND_MODE:class-native ?= "BOTH"
OECMAKE_SYSTEM_NAME ?= "Linux"

addtask generate_toolchain_file after do_patch before do_configure
cmake_do_generate_toolchain_file() {
	cat > ${WORKDIR}/toolchain.cmake <<-END
		# Made by cmake.bbclass.
		${@'' if bb.data.inherits_class('native', d) else 'set(CMAKE_SYSTEM_NAME ${OECMAKE_SYSTEM_NAME})'}
		set(CMAKE_SYSTEM_PROCESSOR ${HOST_ARCH})
		set(CMAKE_C_COMPILER ${HOST_PREFIX}gcc)
		set(CMAKE_CXX_COMPILER ${HOST_PREFIX}g++)
		set(CMAKE_ASM_COMPILER ${HOST_PREFIX}gcc)
		find_program(CMAKE_AR ${AR})
		find_program(CMAKE_RANLIB ${RANLIB})
		set(CMAKE_C_FLAGS "${OECMAKE_C_FLAGS}" CACHE STRING "")
		set(CMAKE_CXX_FLAGS "${OECMAKE_CXX_FLAGS}" CACHE STRING "")
		set(CMAKE_ASM_FLAGS "${OECMAKE_C_FLAGS}" CACHE STRING "")
		set(CMAKE_EXE_LINKER_FLAGS "${OECMAKE_C_LINK_FLAGS}" CACHE STRING "")
		set(CMAKE_SHARED_LINKER_FLAGS "${OECMAKE_C_LINK_FLAGS}" CACHE STRING "")
		set(CMAKE_MODULE_LINKER_FLAGS "${OECMAKE_C_LINK_FLAGS}" CACHE STRING "")
		set(CMAKE_FIND_ROOT_PATH ${STAGING_DIR_HOST} ${STAGING_DIR_NATIVE})
		set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
		set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ${OECMAKE_FIND_MODE})
		set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ${OECMAKE_FIND_MODE})
		set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ${OECMAKE_FIND_MODE})
		# The compiler searches the sysroot; naming its directories again would change their order.
		set(CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES ${STAGING_INCDIR})
		set(CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES ${STAGING_INCDIR})
		set(CMAKE_INSTALL_SO_NO_EXE 0)
		set(CMAKE_SKIP_RPATH ON CACHE BOOL "")
	END
}

cmake_do_configure() {
	cmake -G '${OECMAKE_GENERATOR}' -S ${OECMAKE_SOURCEPATH} -B ${B} \
		-DCMAKE_TOOLCHAIN_FILE=${WORKDIR}/toolchain.cmake \
		-DCMAKE_BUILD_TYPE=${OECMAKE_BUILD_TYPE} \
		-DCMAKE_INSTALL_PREFIX=${prefix} \
		-DCMAKE_INSTALL_BINDIR=${@cmake_relative(d, 'bindir')} \
		-DCMAKE_INSTALL_SBINDIR=${@cmake_relative(d, 'sbindir')} \
		-DCMAKE_INSTALL_LIBEXECDIR=${@cmake_relative(d, 'libexecdir')} \
		-DCMAKE_INSTALL_LIBDIR=${@cmake_relative(d, 'libdir')} \
		-DCMAKE_INSTALL_INCLUDEDIR=${@cmake_relative(d, 'includedir')} \
		-DCMAKE_INSTALL_DATAROOTDIR=${@cmake_relative(d, 'datadir')} \
		-DCMAKE_INSTALL_SYSCONFDIR=${sysconfdir} -DCMAKE_INSTALL_LOCALSTATEDIR=${localstatedir} \
		-DBUILD_SHARED_LIBS=ON -DCMAKE_VERBOSE_MAKEFILE=ON -DFETCHCONTENT_FULLY_DISCONNECTED=ON \
		-Wno-dev ${EXTRA_OECMAKE} ${PACKAGECONFIG_CONFARGS}
}

# A directory below prefix as CMake wants it: bin, not /usr/bin.
function cmake_relative(d, name)
	local prefix, dir = d:getVar("prefix"), d:getVar(name)
	if dir:sub(1, #prefix + 1) == prefix .. "/" then return dir:sub(#prefix + 2) end
	return dir
end

# cmake_runcmake_build ARGUMENT...: builds with whatever generator there is.
cmake_runcmake_build() {
	bbnote cmake --build ${B} "$@" -- ${EXTRA_OECMAKE_BUILD}
	cmake --build ${B} "$@" -- ${EXTRA_OECMAKE_BUILD}
}

cmake_do_compile() {
	cmake_runcmake_build --target ${OECMAKE_TARGET_COMPILE}
}

cmake_do_install() {
	DESTDIR='${D}' cmake_runcmake_build --target ${OECMAKE_TARGET_INSTALL}
}

EXPORT_FUNCTIONS do_configure do_compile do_install do_generate_toolchain_file
