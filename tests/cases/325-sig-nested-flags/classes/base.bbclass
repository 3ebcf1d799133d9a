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
