addtask extra after do_nowhere before do_build
do_extra() {
	:
}
