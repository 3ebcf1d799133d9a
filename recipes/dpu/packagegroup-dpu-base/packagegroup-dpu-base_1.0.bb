SUMMARY = "What every DPU image has: start-up, network, devices, login"
HOMEPAGE = "https://www.openeuler.org/"
LICENSE = "MIT"

inherit packagegroup

# The machine adds what its hardware cannot boot without.
PACKAGE_ARCH = "${MACHINE_ARCH}"

RDEPENDS:${PN} = "\
    base-files \
    busybox \
    dpu-base \
    kmod \
    iproute2 iproute2-ss \
    ethtool \
    pciutils \
    ${VIRTUAL-RUNTIME_ssh} \
    ${MACHINE_ESSENTIAL_EXTRA_RDEPENDS} \
"
RRECOMMENDS:${PN} = "${MACHINE_ESSENTIAL_EXTRA_RRECOMMENDS} ${MACHINE_EXTRA_RRECOMMENDS}"
