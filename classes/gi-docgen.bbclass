# Reference manuals made by gi-docgen from introspection data, which is not made here (gobject-introspection).

GIDOCGEN_ENABLED = "False"
GIDOCGEN_MESON_OPTION ?= "gtk_doc"
GIDOCGEN_MESON_ENABLE_FLAG ?= "true"
GIDOCGEN_MESON_DISABLE_FLAG ?= "false"
EXTRA_OEMESON:prepend = "-D${GIDOCGEN_MESON_OPTION}=${GIDOCGEN_MESON_DISABLE_FLAG} "
