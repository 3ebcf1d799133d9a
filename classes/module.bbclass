# A kernel module outside the kernel's tree. Its makefile is called with KERNEL_SRC (the kernel's source)
# for its first target and for modules_install, as `make -C $(KERNEL_SRC) M=$(PWD) …` wants it.
inherit module-base kernel-module-split

INHIBIT_DEFAULT_DEPS = "1"

MAKE_TARGETS ?= ""
MODULES_INSTALL_TARGET ?= "modules_install"
# Where below B the module's own Module.symvers is, for modules that build on it.
MODULES_MODULE_SYMVERS_LOCATION ?= ""
KBUILD_EXTRA_SYMBOLS = "${@module_extra_symbols(d)}"

EXTRA_OEMAKE += "KERNEL_SRC=${STAGING_KERNEL_DIR} KERNEL_PATH=${STAGING_KERNEL_DIR} \
    O=${STAGING_KERNEL_BUILDDIR} \
    'KBUILD_EXTRA_SYMBOLS=${KBUILD_EXTRA_SYMBOLS}'"

module_do_compile() {
	kernel_environment
	oe_runmake ${MAKE_TARGETS}
}

module_do_install() {
	kernel_environment
	oe_runmake ${MODULES_INSTALL_TARGET} INSTALL_MOD_PATH=${D}${root_prefix} INSTALL_MOD_STRIP=1 DEPMOD=true
	symvers=${B}/${MODULES_MODULE_SYMVERS_LOCATION}/Module.symvers
	if [ -e $symvers ]; then
		install -d ${D}${includedir}/${BPN}
		sed 's:${B}/::g' $symvers > ${D}${includedir}/${BPN}/Module.symvers
	fi
}

EXPORT_FUNCTIONS do_compile do_install

# The recipe's own package is empty and needs those of its modules; they need the kernel's, whose names
# are known only when both are built.
KERNEL_MODULES_META_PACKAGE = "${PN}"
FILES:${PN} = ""
ALLOW_EMPTY:${PN} = "1"
RDEPENDS:${PN} += "kernel-base"
RPROVIDES:${PN} += "kernel-module-${PN}"

# Symbols of other modules outside the tree, which DEPENDS names as kernel-module-NAME.
function module_extra_symbols(d)
	local list = {}
	for name in (d:getVar("DEPENDS") or ""):gmatch("kernel%-module%-%S+") do
		list[#list + 1] = d:getVar("STAGING_INCDIR") .. "/" .. name .. "/Module.symvers"
	end
	return table.concat(list, " ")
end
