# Tests that run on the target, in a package of their own. Off unless PTEST_ENABLED = "1".
PTEST_ENABLED ??= "0"
PTEST_PATH ?= "${libdir}/${BPN}/ptest"
PACKAGE_BEFORE_PN .= "${@' ${PN}-ptest' if d.getVar('PTEST_ENABLED') == '1' else ''}"
FILES:${PN}-ptest += "${PTEST_PATH}"
RDEPENDS:${PN}-ptest += "${PN}"

do_install_ptest() {
	:
}

do_install_ptest_base() {
	if [ "${PTEST_ENABLED}" = 1 ]; then
		if [ -e ${WORKDIR}/run-ptest ]; then
			install -D -m 0755 ${WORKDIR}/run-ptest ${D}${PTEST_PATH}/run-ptest
		fi
		do_install_ptest
	fi
}
do_install[postfuncs] += "do_install_ptest_base"
