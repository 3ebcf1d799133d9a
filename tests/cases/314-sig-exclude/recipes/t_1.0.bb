A = "${B} ${C} ${D}"
B = "b"
C = "c ${E}"
D = "d"
E = "e"
A[vardepsexclude] = "B"
do_a() {
	echo ${A} ${B2} ${D}
}
B2 = "${B}"
do_a[vardepsexclude] = "D"
addtask a
