# A Linux kernel: configured from fragments, built out of its source tree, packed with its modules.
#
#   configure (base configuration + fragments, checked) - compile - compile_kernelmodules - install
#           - shared_workdir (what modules outside the tree are built against) - deploy (the image)

inherit kernel-arch kernel-module-split cml1 deploy

PROVIDES += "virtual/kernel"
INHIBIT_DEFAULT_DEPS = "1"
PACKAGE_ARCH = "${MACHINE_ARCH}"

B = "${WORKDIR}/build"

KERNEL_PACKAGE_NAME ??= "kernel"
KERNEL_IMAGETYPE ?= "Image"
KERNEL_OUTPUT_DIR ?= "arch/${KERNEL_SRCARCH}/boot"
KERNEL_SRCARCH = "${@'x86' if d.getVar('ARCH') in ['x86_64', 'i386'] else d.getVar('ARCH')}"
KERNEL_IMAGEDEST ?= "boot"
KERNEL_EXTRA_ARGS ?= ""

LINUX_VERSION ?= "${PV}"
KERNEL_LOCALVERSION ?= ""
KERNEL_VERSION = "${LINUX_VERSION}${KERNEL_LOCALVERSION}"

# What a machine adds to every kernel, such as kernel-qemuboot.
KERNEL_CLASSES ?= ""
inherit_defer ${KERNEL_CLASSES}

EXTRA_OEMAKE += "O=${B} LOCALVERSION=${KERNEL_LOCALVERSION}"

# --- configuration -----------------------------------------------------------------------------------
# SRC_URI names the fragments (file://NAME.cfg), later ones win. They start from a file named defconfig
# in SRC_URI, from KBUILD_DEFCONFIG of the source, or from nothing. KCONFIG_MODE answers what nobody
# asked for: allnoconfig says no, alldefconfig takes the kernel's default.

KBUILD_DEFCONFIG ?= ""
KCONFIG_MODE ?= "${@'alldefconfig' if d.getVar('KBUILD_DEFCONFIG') else 'allnoconfig'}"

kernel_do_configure() {
	kernel_environment
	if [ -n "${KBUILD_DEFCONFIG}" ]; then
		set -- ${S}/arch/${KERNEL_SRCARCH}/configs/${KBUILD_DEFCONFIG}
	elif [ -e ${UNPACKDIR}/defconfig ]; then
		set -- ${UNPACKDIR}/defconfig
	fi
	cat "$@" ${CML1_FRAGMENTS} /dev/null > ${B}/.config.requested
	oe_runmake -C ${S} KCONFIG_ALLCONFIG=${B}/.config.requested ${KCONFIG_MODE}
	kernel_check_config ${CML1_FRAGMENTS} ||
		bbfatal "linux ${LINUX_VERSION} on ${ARCH} does not know the options above, or they need others"
}

# kernel_check_config FRAGMENT…: does .config have what the fragments ask for? Where two ask, the last counts.
kernel_check_config() {
	awk '
	FNR == 1 { final = FILENAME ~ /\/\.config$/ }
	function request(option, value) { want[option] = value; by[option] = FILENAME }
	/^CONFIG_[A-Za-z0-9_]+=/ {
		option = substr($0, 1, index($0, "=") - 1); value = substr($0, index($0, "=") + 1)
		if (final) have[option] = value; else request(option, value)
	}
	/^# CONFIG_[A-Za-z0-9_]+ is not set/ && !final { request($2, "n") }
	END {
		for (option in want) {
			is = option in have ? have[option] : "n"
			if (is == want[option]) continue
			sub(/.*\//, "", by[option])
			print "ERROR: " by[option] ": " option "=" want[option] " did not take: it is " is | "sort >&2"
			bad = 1
		}
		close("sort >&2")
		exit bad
	}' "$@" ${B}/.config
}

# --- building ------------------------------------------------------------------------------------------

kernel_do_compile() {
	kernel_environment
	oe_runmake -C ${S} ${KERNEL_IMAGETYPE} ${KERNEL_EXTRA_ARGS}
	release=$(cat ${B}/include/config/kernel.release)
	[ "$release" = "${KERNEL_VERSION}" ] ||
		bbfatal "this kernel is $release, not ${KERNEL_VERSION}: set LINUX_VERSION, KERNEL_LOCALVERSION"
}

addtask compile_kernelmodules after do_compile before do_install
do_compile_kernelmodules[dirs] = "${B}"
do_compile_kernelmodules() {
	kernel_environment
	if kernel_has_modules; then
		oe_runmake -C ${S} modules ${KERNEL_EXTRA_ARGS}
	fi
}

kernel_has_modules() {
	grep -q '^CONFIG_MODULES=y' ${B}/.config
}

# modules.dep and the like are made for an image out of the modules it has.
kernel_do_install() {
	kernel_environment
	if kernel_has_modules; then
		oe_runmake -C ${S} modules_install INSTALL_MOD_PATH=${D}${root_prefix} INSTALL_MOD_STRIP=1 DEPMOD=true
		rm -f ${D}${nonarch_base_libdir}/modules/${KERNEL_VERSION}/build
		rm -f ${D}${nonarch_base_libdir}/modules/${KERNEL_VERSION}/source
	fi
	install -d ${D}/${KERNEL_IMAGEDEST}
	install -m 0644 ${KERNEL_OUTPUT_DIR}/${KERNEL_IMAGETYPE} \
		${D}/${KERNEL_IMAGEDEST}/${KERNEL_IMAGETYPE}-${KERNEL_VERSION}
}

EXPORT_FUNCTIONS do_configure do_compile do_install do_deploy

# --- for modules built outside the tree ---------------------------------------------------------------
# STAGING_KERNEL_DIR: makefiles, headers and scripts of the source; STAGING_KERNEL_BUILDDIR: what was
# configured and generated. Module.symvers lists what the kernel and its modules export.

KERNEL_SHARED = "${WORKDIR}/shared-source"
KERNEL_SHARED_BUILD = "${WORKDIR}/shared-build"

addtask shared_workdir after do_compile_kernelmodules before do_build
do_shared_workdir[dirs] = "${B}"
do_shared_workdir[sstate-inputdirs] = "${KERNEL_SHARED} ${KERNEL_SHARED_BUILD}"
do_shared_workdir[sstate-outputdirs] = "${STAGING_KERNEL_DIR} ${STAGING_KERNEL_BUILDDIR}"
do_shared_workdir() {
	(
		cd ${S}
		find . -maxdepth 1 -name 'Makefile*' -o -maxdepth 1 -name Kbuild
		find arch/${KERNEL_SRCARCH} -maxdepth 1 -name 'Makefile*'
		find include scripts -type f -o -type l
		find arch/${KERNEL_SRCARCH} \( -name include -o -name scripts \) -type d -prune -exec find {} -type f \;
	) | kernel_copy_listed ${S} ${KERNEL_SHARED}
	(
		cd ${B}
		find .config Module.symvers include arch/${KERNEL_SRCARCH}/include scripts -type f \
			! -name '*.cmd' ! -name '*.o'
		find tools/objtool -name objtool -type f 2>/dev/null || true
	) | kernel_copy_listed ${B} ${KERNEL_SHARED_BUILD}
	echo "${KERNEL_VERSION}" > ${KERNEL_SHARED_BUILD}/kernel-abiversion
	echo "${KERNEL_LOCALVERSION}" > ${KERNEL_SHARED_BUILD}/kernel-localversion
}

# kernel_copy_listed FROM TO: copies the files named on standard input.
kernel_copy_listed() {
	mkdir -p "$2"
	sort -u | cpio --quiet -pdm -D "$1" "$2"
}

# --- packages --------------------------------------------------------------------------------------------
# kernel: base and image; kernel-base: the lists of what is built in, which modprobe reads; kernel-image: what
# boots; kernel-module-*: a module each; kernel-modules: all of these.

PACKAGES = "${KERNEL_PACKAGE_NAME} ${KERNEL_PACKAGE_NAME}-base ${KERNEL_PACKAGE_NAME}-image \
    ${KERNEL_PACKAGE_NAME}-modules"
PACKAGES_DYNAMIC = "^${KERNEL_PACKAGE_NAME}-module-.*"
FILES:${KERNEL_PACKAGE_NAME} = ""
FILES:${KERNEL_PACKAGE_NAME}-base = "${nonarch_base_libdir}/modules/${KERNEL_VERSION}/modules.*"
FILES:${KERNEL_PACKAGE_NAME}-image = "/${KERNEL_IMAGEDEST}/${KERNEL_IMAGETYPE}-*"
FILES:${KERNEL_PACKAGE_NAME}-modules = ""
ALLOW_EMPTY:${KERNEL_PACKAGE_NAME} = "1"
ALLOW_EMPTY:${KERNEL_PACKAGE_NAME}-base = "1"
ALLOW_EMPTY:${KERNEL_PACKAGE_NAME}-modules = "1"
RDEPENDS:${KERNEL_PACKAGE_NAME} = "${KERNEL_PACKAGE_NAME}-base"
RRECOMMENDS:${KERNEL_PACKAGE_NAME} ?= "${KERNEL_PACKAGE_NAME}-image"
SUMMARY:${KERNEL_PACKAGE_NAME} = "${SUMMARY}"
SUMMARY:${KERNEL_PACKAGE_NAME}-base = "${SUMMARY} - lists of what is built in"
SUMMARY:${KERNEL_PACKAGE_NAME}-image = "${SUMMARY} - the image that boots"
SUMMARY:${KERNEL_PACKAGE_NAME}-modules = "${SUMMARY} - all modules"
RPROVIDES:${KERNEL_PACKAGE_NAME}-base = "${KERNEL_PACKAGE_NAME}-${KERNEL_VERSION}"

# --- beside the image -----------------------------------------------------------------------------------

KERNEL_IMAGE_NAME ?= "${PV}-${PR}-${MACHINE}"
MODULE_TARBALL_DEPLOY ?= "1"

addtask deploy after do_install before do_build
kernel_do_deploy() {
	image=${KERNEL_IMAGETYPE}-${KERNEL_IMAGE_NAME}
	install -m 0644 ${KERNEL_OUTPUT_DIR}/${KERNEL_IMAGETYPE} ${DEPLOYDIR}/$image
	ln -sf $image ${DEPLOYDIR}/${KERNEL_IMAGETYPE}
	install -m 0644 .config ${DEPLOYDIR}/config-${KERNEL_IMAGE_NAME}
	if [ "${MODULE_TARBALL_DEPLOY}" = 1 ] && kernel_has_modules; then
		modules=modules-${KERNEL_IMAGE_NAME}.tar.zst
		tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@${SOURCE_DATE_EPOCH} \
			-cf - -C ${D} .${nonarch_base_libdir}/modules | zstd -q -${ZSTD_COMPRESSION_LEVEL} -o ${DEPLOYDIR}/$modules
		ln -sf $modules ${DEPLOYDIR}/modules-${MACHINE}.tar.zst
	fi
}
do_deploy[cleandirs] = "${DEPLOYDIR}"
