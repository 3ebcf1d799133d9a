SUMMARY = "Installs a package that has no file"
IMAGE_INSTALL = "alpha-locale"

inherit image
