CLASSOVERRIDE = "class-cross"
N = "cross ${PN}"
do_cross() {
	:
}
addtask cross after do_build
