FEATURES = "x y z"
OTHER = "o"
A = "${@bb.utils.contains('FEATURES', 'x', 'yes', 'no', d)}"
B = "${@bb.utils.filter('FEATURES', 'y q', d)}"
C = "${@bb.utils.contains_any('FEATURES', ['x', 'q'], '1', '0', d)} ${@d.getVar('OTHER')}"
FEATURES[vardepvalue] = "whatever"
do_a() {
	echo ${A}
}
addtask a
do_b() {
	echo ${B} ${C}
}
addtask b
