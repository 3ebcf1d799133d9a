SUMMARY = "The same without what is only recommended"
IMAGE_INSTALL = "alpha"
IMAGE_FSTYPES = "tar.zst"
BAD_RECOMMENDATIONS = "gamma"

inherit image
