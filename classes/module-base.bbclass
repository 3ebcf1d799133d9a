# Whatever is built against the kernel of this machine.
inherit kernel-arch

PACKAGE_ARCH = "${MACHINE_ARCH}"

# A shared tree, not a sysroot: it is there once do_shared_workdir has run or was restored.
do_configure[depends] += "virtual/kernel:do_shared_workdir"

# Makefiles of modules find the configured kernel by it.
export KBUILD_OUTPUT = "${STAGING_KERNEL_BUILDDIR}"
