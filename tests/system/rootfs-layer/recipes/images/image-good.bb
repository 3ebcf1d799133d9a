SUMMARY = "alpha and what it needs"
IMAGE_INSTALL = "alpha"
IMAGE_FSTYPES = "tar.zst erofs cpio.zst"

inherit image
