SUMMARY = "Linux kernel for DPUs"
DESCRIPTION = "Long-term kernel with what DPUs need: VFIO, vDPA, virtio, SR-IOV, RDMA, NVMe-oF, hugepages, IOMMU."
SECTION = "kernel"
require linux-source.inc

inherit kernel

# Configuration: one fragment a subject. A layer adds its own with SRC_URI:append = " file://vendor.cfg".
SRC_URI += "\
    file://base.cfg \
    file://storage.cfg \
    file://net.cfg \
    file://dpu.cfg \
    file://arch-${TARGET_ARCH}.cfg \
    ${@bb.utils.contains('MACHINE_FEATURES', 'acpi', 'file://acpi.cfg', '', d)} \
"
SRC_URI:append:qemuall = " file://qemu.cfg"

COMPATIBLE_HOST = "(x86_64|aarch64|riscv64).*-linux"
