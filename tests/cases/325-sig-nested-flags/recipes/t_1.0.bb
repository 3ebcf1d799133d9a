A = "one|two|three"
A[vardepvalueexclude] = "|two"
B = "${A}"
f() {
	echo ${B}
}
f[vardepvalue] = "f"
do_a() {
	f
}
addtask a
