# foo-config scripts: they print flags with paths of the target; the copy in the sysroot prints the sysroot's.

BINCONFIG_GLOB ?= "*-config"
FILES:${PN}-dev += "${bindir}/*-config"

SYSROOT_PREPROCESS_FUNCS += "binconfig_sysroot_preprocess"
bindir_crossscripts = "${bindir}/crossscripts"

# A script finds its sysroot by its own place: sysroots are linked to where they are used.
binconfig_sysroot_preprocess() {
	for config in $(find ${D}${bindir} -name '${BINCONFIG_GLOB}' -type f); do
		install -d ${SYSROOT_DESTDIR}${bindir_crossscripts}
		sed -e '1a bake_sysroot=$(dirname "$(readlink -f "$0")" | sed "s,${bindir_crossscripts}$,,")' \
			-e 's,-I${includedir},-I$bake_sysroot${includedir},g' \
			-e 's,-L${libdir},-L$bake_sysroot${libdir},g' \
			-e 's,^\(exec_\)\?prefix=["'\'']\?${prefix}["'\'']\?$,\1prefix=$bake_sysroot${prefix},' \
			"$config" > ${SYSROOT_DESTDIR}${bindir_crossscripts}/$(basename "$config")
		chmod 0755 ${SYSROOT_DESTDIR}${bindir_crossscripts}/$(basename "$config")
	done
}
PATH:prepend:class-target = "${STAGING_DIR_HOST}${bindir_crossscripts}:"
