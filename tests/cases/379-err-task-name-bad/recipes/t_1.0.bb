T2 = "do_y do_z"
addtask ${T2} after do_build
do_y() {
	:
}
