export A = "${B}"
B = "b"
C = "c"
C[export] = "1"
export D
D = "d"
export E = "e"
E[unexport] = "1"
F[export] = "0"
F = "f"
do_a() {
	:
}
addtask a
helper() {
	:
}
