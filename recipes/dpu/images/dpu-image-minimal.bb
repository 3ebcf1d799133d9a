SUMMARY = "Smallest system of a DPU: boots, gets an address, lets an operator in by key"
HOMEPAGE = "https://www.openeuler.org/"
LICENSE = "MIT"

inherit image

IMAGE_INSTALL = "packagegroup-dpu-base ${DPU_IMAGE_EXTRA}"

# Modules of the kernel that the machine does not name itself, and tools of the image at hand.
DPU_IMAGE_EXTRA ?= "kernel-modules hinic"

# The kernel command line that goes with the settings (file "cmdline" beside the image).
EXTRA_IMAGEDEPENDS += "dpu-base"
