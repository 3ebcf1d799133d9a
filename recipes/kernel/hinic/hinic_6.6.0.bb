SUMMARY = "Driver of Huawei's SmartNICs (HiNIC)"
DESCRIPTION = "The driver of openEuler's kernel 6.6.0-95.0.0 (branch OLK-6.6), as a module for this kernel."
HOMEPAGE = "https://gitee.com/openeuler/kernel/tree/OLK-6.6/drivers/net/ethernet/huawei/hinic"
SECTION = "kernel"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://hinic_main.c;beginline=1;endline=14;md5=f9bbe52926369297d670d7f566bc0c55"

# openEuler publishes no tarball of one driver. The package of that name in the host distribution's archive is
# the driver's directory as cut from openEuler's tree, ready to be compiled. It is found there by its
# sum; the URL only gives it a name (no host ends in .invalid).
OPENEULER_CUT = "0+git20250605+6.6.0-95.0.0"
SRC_URI = "\
    https://archive.invalid/hinic-dkms_${OPENEULER_CUT}-4_all.deb \
    file://0001-build-outside-the-kernel-tree.patch \
    file://0002-know-what-the-kernel-offers-by-its-version.patch \
"
SRC_URI[sha256sum] = "1cf45d9a1de23a26ddad22b23e81e5a6e3c44be328dabfc8650f242613650e67"
S = "${WORKDIR}/usr/src/hinic-${OPENEULER_CUT}"

inherit module

COMPATIBLE_HOST = "(x86_64|aarch64|riscv64).*-linux"

# openEuler's own kernel has the driver in its tree: there the package is the wish for that module, and nothing is made.
lua () {
	if d:getVar("PREFERRED_PROVIDER_virtual/kernel") ~= "linux-openeuler" then return end
	for task in ("fetch unpack patch configure compile install populate_lic"):gmatch("%S+") do
		d:setVarFlag("do_" .. task, "noexec", "1")
	end
	d:setVar("SRC_URI", "")
	d:setVar("RDEPENDS:hinic", "kernel-module-hinic")
}
