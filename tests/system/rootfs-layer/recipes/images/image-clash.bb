SUMMARY = "Two packages with the same file"
IMAGE_INSTALL = "alpha clash"

inherit image
