N = "X"
X = "1"
Y = "2"
A = "${@d.getVar('Y')} ${@d.getVar('%s' % 'X')} ${@d.getVarFlag('Y', 'doc')} ${@d.expand('${Z}')}"
Z = "z"
Y[doc] = "text"
do_a() {
	echo ${A}
}
addtask a
