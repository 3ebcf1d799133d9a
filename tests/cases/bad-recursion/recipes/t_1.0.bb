A = "${B}"
B = "x ${C}"
C = "${A}"
do_build:append() {
	echo ${A}
}
