N = "x"
A_${N} = "${B}"
B = "b"
do_${N}() {
	echo ${A_x} ${A_${N}}
}
addtask do_${N} after do_build
