A = "a ${B}"
B = "b"
C = "c ${D}"
D = "d"
L = "C"
do_a() {
	echo ${A}
}
do_a[vardeps] = "${L} NOT_THERE"
addtask a
A[vardeps] = "E"
E = "${F}"
F = "f"
