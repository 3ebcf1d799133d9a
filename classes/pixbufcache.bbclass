# The cache of image loaders is made where they are used: nothing is done here.
PIXBUF_PACKAGES ??= "${PN}"
