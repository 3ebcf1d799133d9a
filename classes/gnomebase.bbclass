# Releases of GNOME projects: where they are, how they are built, what else they install.

SECTION ?= "x11/gnome"
GNOMEBN ?= "${BPN}"
GNOME_COMPRESS_TYPE ?= "xz"
SRC_URI = "${GNOME_MIRROR}/${GNOMEBN}/${@gnome_verdir(d.getVar('PV'))}/${GNOMEBN}-${PV}.tar.${GNOME_COMPRESS_TYPE};name=archive"
S = "${UNPACKDIR}/${GNOMEBN}-${PV}"

GNOMEBASEBUILDCLASS ??= "meson"
inherit pkgconfig
inherit_defer ${GNOMEBASEBUILDCLASS}

FILES:${PN} += "${datadir}/appdata ${datadir}/application-registry ${datadir}/GConf \
    ${datadir}/glib-2.0/schemas ${datadir}/gnome-2.0 ${datadir}/icons ${datadir}/mime-info \
    ${datadir}/mime/application ${datadir}/mime/packages ${datadir}/polkit*"
FILES:${PN}-doc += "${datadir}/devhelp"

# 1.24.3 is in directory 1.24, 42 in 42.
function gnome_verdir(version)
	return version:match("^(.*)%.[^.]*$") or version
end
