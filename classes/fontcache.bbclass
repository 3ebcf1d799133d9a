# The cache of installed fonts is made where they are used: nothing is done here.
FONT_PACKAGES ??= "${PN}"
FONT_EXTRA_RDEPENDS ?= ""
