A = "a"
do_build_prepend() {
	:
}
