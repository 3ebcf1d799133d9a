# The cache of input methods is made where they are used: nothing is done here.
GTKIMMODULES_PACKAGES ?= "${PN}"
