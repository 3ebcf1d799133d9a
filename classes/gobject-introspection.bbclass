# Libraries that can describe themselves for other languages: built without (gobject-introspection-data).

inherit gobject-introspection-data

GIR_MESON_OPTION ?= "introspection"
GIR_MESON_ENABLE_FLAG ?= "true"
GIR_MESON_DISABLE_FLAG ?= "false"

EXTRA_OECONF:prepend = "--disable-introspection "
EXTRA_OEMESON:prepend = "${@'-D${GIR_MESON_OPTION}=${GIR_MESON_DISABLE_FLAG} ' if d.getVar('GIR_MESON_OPTION') else ''}"

FILES:${PN}:append = " ${libdir}/girepository-*/*.typelib"
FILES:${PN}-dev:append = " ${datadir}/gir-*/*.gir ${libdir}/gir-*/*.gir"
