do_x() {
	:
}
	A = "a"
