addtask compile
do_compile[cleandirs] = "${WORKDIR}/out"
do_compile[dirs] = "${WORKDIR}"
do_compile[deptask] = "do_keep"
do_compile() {
	:
}

addtask build
do_build[noexec] = "1"
do_build[recrdeptask] = "do_build"
do_build() {
	:
}

# The task whose tree is kept: what do_compile left in WORKDIR/out.
addtask keep after do_compile before do_build
do_keep[dirs] = "${WORKDIR}/kept"
do_keep[sstate-inputdirs] = "${WORKDIR}/kept"
do_keep[sstate-outputdirs] = "${TMPDIR}/deploy"
do_keep() {
	cp -R ${WORKDIR}/out/. ${WORKDIR}/kept/
}
