inherit k
K = "k"
H = "h"
M = "m"
helper:append() {
	echo ${M}
}
do_a:append() {
	helper
}
addtask a
