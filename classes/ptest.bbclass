# Tests that run on the target, in a package PN-ptest. Off unless PTEST_ENABLED = "1" (or DISTRO_FEATURES has ptest):
# no image here runs them.

PTEST_ENABLED ??= "${@bb.utils.contains('DISTRO_FEATURES', 'ptest', '1', '0', d)}"
PTEST_ENABLED:class-native = "0"
PTEST_PATH ?= "${libdir}/${BPN}/ptest"

PACKAGES =+ "${@'${PN}-ptest' if d.getVar('PTEST_ENABLED') == '1' else ''}"
SUMMARY:${PN}-ptest ?= "${SUMMARY} - tests"
SECTION:${PN}-ptest = "devel"
FILES:${PN}-ptest += "${PTEST_PATH}"
RDEPENDS:${PN}-ptest += "${PN}"
RDEPENDS:${PN}-ptest:class-native = ""

# What a recipe gives of these is called by the tasks below.
do_configure_ptest() {
	:
}

do_compile_ptest() {
	:
}

do_install_ptest() {
	:
}

addtask configure_ptest_base after do_configure before do_compile
do_configure_ptest_base[dirs] = "${B}"
do_configure_ptest_base() {
	do_configure_ptest
}

addtask compile_ptest_base after do_compile before do_install
do_compile_ptest_base[dirs] = "${B}"
do_compile_ptest_base() {
	do_compile_ptest
}

addtask install_ptest_base after do_install before do_package do_populate_sysroot
do_install_ptest_base[dirs] = "${B}"
do_install_ptest_base[cleandirs] = "${D}${PTEST_PATH}"
do_install_ptest_base[umask] = "022"
do_install_ptest_base() {
	if [ -e ${UNPACKDIR}/run-ptest ]; then
		install -D -m 0755 ${UNPACKDIR}/run-ptest ${D}${PTEST_PATH}/run-ptest
	fi
	if grep -qs install-ptest: Makefile; then
		oe_runmake DESTDIR=${D}${PTEST_PATH} install-ptest
	fi
	do_install_ptest
}

lua () {
	if d:getVar("PTEST_ENABLED") == "1" then return end
	for _, task in ipairs{"do_configure_ptest_base", "do_compile_ptest_base", "do_install_ptest_base"} do
		bb.build.deltask(task, d)
	end
}
