# The kernel's names for things, and the tools it and modules are built with.

export ARCH = "${@kernel_arch(d.getVar('TARGET_ARCH'))}"
export CROSS_COMPILE = "${TARGET_PREFIX}"

TARGET_CC_KERNEL_ARCH ?= ""
KERNEL_CC = "${CCACHE}${HOST_PREFIX}gcc ${TARGET_CC_KERNEL_ARCH} ${DEBUG_PREFIX_MAP} \
    -ffile-prefix-map=${STAGING_KERNEL_DIR}=${KERNEL_SRC_PATH} \
    -ffile-prefix-map=${STAGING_KERNEL_BUILDDIR}=${KERNEL_SRC_PATH}"
KERNEL_LD = "${HOST_PREFIX}ld"
KERNEL_AR = "${HOST_PREFIX}ar"
KERNEL_OBJCOPY = "${HOST_PREFIX}objcopy"
KERNEL_STRIP = "${HOST_PREFIX}strip"

EXTRA_OEMAKE += "ARCH=${ARCH} CROSS_COMPILE=${CROSS_COMPILE} \
    'CC=${KERNEL_CC}' 'LD=${KERNEL_LD}' 'AR=${KERNEL_AR}' \
    'OBJCOPY=${KERNEL_OBJCOPY}' 'STRIP=${KERNEL_STRIP}' \
    'HOSTCC=${BUILD_CC}' 'HOSTCXX=${BUILD_CXX}'"

# Nothing of who, where and when.
export KBUILD_BUILD_USER ?= "bake"
export KBUILD_BUILD_HOST ?= "bake"
export KBUILD_BUILD_VERSION = "1"
export KCONFIG_NOTIMESTAMP = "1"

# Flags for user space and the date, for shell functions that call the kernel's makefiles.
kernel_environment() {
	unset CFLAGS CPPFLAGS CXXFLAGS LDFLAGS MACHINE
	KBUILD_BUILD_TIMESTAMP=$(date -u -d "@${SOURCE_DATE_EPOCH}")
	export KBUILD_BUILD_TIMESTAMP
}

function kernel_arch(target)
	if target == "aarch64" then return "arm64" end
	if target:match("^riscv") then return "riscv" end
	if target:match("^i.86$") then return "i386" end
	if target:match("^arm") then return "arm" end
	if target:match("^loongarch") then return "loongarch" end
	if target:match("^powerpc") then return "powerpc" end
	return target
end
