# The cache of GIO modules is made where they are used: nothing is done here.
GIO_MODULE_PACKAGES ??= "${PN}"
