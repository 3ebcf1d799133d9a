# Reference manuals made by gtk-doc: they take programs of the target to make, so they are not made.

GTKDOC_ENABLED = "False"
GTKDOC_MESON_OPTION ?= "docs"
GTKDOC_MESON_ENABLE_FLAG ?= "true"
GTKDOC_MESON_DISABLE_FLAG ?= "false"

EXTRA_OECONF:prepend = "--disable-gtk-doc "
EXTRA_OEMESON:prepend = "-D${GTKDOC_MESON_OPTION}=${GTKDOC_MESON_DISABLE_FLAG} "

inherit pkgconfig
