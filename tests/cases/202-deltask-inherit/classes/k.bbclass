do_k() {
	:
}
addtask k after do_build
