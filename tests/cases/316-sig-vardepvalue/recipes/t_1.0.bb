A = "${B}"
B = "${C}"
C = "c"
B[vardepvalue] = "fixed ${D}"
D = "d"
do_a() {
	echo ${A}
}
addtask a
do_b[vardepvalue] = "x"
do_b() {
	echo ${C}
}
addtask b
