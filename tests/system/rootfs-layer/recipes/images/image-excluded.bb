SUMMARY = "Excludes what another package needs"
IMAGE_INSTALL = "alpha"
PACKAGE_EXCLUDE = "beta"

inherit image
