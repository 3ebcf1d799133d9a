do_build() {
	class
}
do_build:append() {
	class append
}
do_build:prepend:o1() {
	class prepend
}
