# foo-config scripts nobody is to use, for pkg-config knows better: they fail, on the target and in sysroots.

BINCONFIG ?= ""
FILES:${PN}-dev += "${bindir}/*-config"
bindir_crossscripts = "${bindir}/crossscripts"

do_install:append() {
	for config in ${BINCONFIG}; do
		{
			echo '#!/bin/sh'
			echo "echo '$config: not to be used: use pkg-config' >&2"
			echo "echo '--should-not-have-used-$config'"
			echo 'exit 1'
		} > ${D}$config
		chmod 0755 ${D}$config
	done
}

SYSROOT_PREPROCESS_FUNCS += "binconfig_disabled_sysroot_preprocess"
binconfig_disabled_sysroot_preprocess() {
	for config in ${BINCONFIG}; do
		install -D -m 0755 ${D}$config ${SYSROOT_DESTDIR}${bindir_crossscripts}/$(basename $config)
	done
}
