DEPENDS ?= ""
do_fetch() {
	:
}
addtask fetch
do_prepare() {
	:
}
do_prepare[deptask] = "do_build"
addtask prepare after do_fetch
do_build() {
	:
}
addtask build after do_prepare
do_all[recrdeptask] = "do_all do_prepare"
do_all[recideptask] = "do_build"
do_all() {
	:
}
addtask all after do_build
