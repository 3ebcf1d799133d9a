IGNORED = "${A}"
A = "a"
do_a() {
	echo ${IGNORED} ${WORKDIR} ${A2}
}
A2 = "${IGNORED}"
addtask a
