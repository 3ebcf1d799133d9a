OVERRIDES .= ":o1"
A = "a"
A:o1 = "${B}"
A:append = " ${C}"
A:append:o2 = " ${NEVER}"
A:remove = "${R}"
B = "b"
C = "c"
R = "r"
do_a() {
	echo ${A}
}
do_a:append() {
	echo ${D}
}
do_a:prepend:o1() {
	echo ${E}
}
D = "d"
E = "e"
addtask a
