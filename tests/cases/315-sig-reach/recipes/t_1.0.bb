PN = "t"
PV = "1.0"
A = "a ${B}"
B = "b"
C = "${@bb.utils.contains('FEAT', 'x y', '${C1}', 'no', d)}"
C1 = "c1"
FEAT = "x y z"
D = "${@bb.utils.contains_any('FEAT', 'q r', 'yes', 'no', d)} ${@bb.utils.filter('FEAT', 'z w', d)}"
E = "${@d.getVar('E1') or ''}${@d.getVarFlag('E2', 'fl') or ''}"
E1 = "e1 ${E3}"
E3 = "e3"
E2[fl] = "flag ${E4}"
E4 = "e4"
F = "${@oe_help(d)}"
def oe_help(d):
    return (d.getVar('G') or "") + helper2(d)
def helper2(d):
    if bb.utils.contains('FEAT', 'z', True, False, d):
        return d.expand("${H}")
    return bb.data.inherits_class('x', d) and "1" or "2"
G = "g"
H = "h"
N = "B"
I = "${${N}}"
J[vardeps] = "B H"
J = "j"
K = "${A} ${B}"
K[vardepsexclude] = "A"
L = "${A}"
L[vardepvalue] = "fixed ${B}"
M = "m1 m2 m3 ${B}"
M[vardepvalueexclude] = "m2"
P = "one two three ${B}"
P:remove = "two ${H}"
Q = "q"
Q:append = " ${H}"
Q:append:o1 = " ${G}"
Q:append:o2 = " ${E3}"
R:o1 = "${E4}"
R = "${E1}"
export EX1 = "${H}"
export EX2
EX3 = "x"
S_unset = "${UNSET}"
T = "${@'${B}'.upper()}"
U = "${@','.join(d.getVar('U_' + x) or '' for x in 'a b'.split())}"
V = "${@oe_missing if False else 'v'}"
W = "${WFLAG}"
W[custom] = "${B}"

f1() {
	f2
	g_$(f3 a | f4)
	if f5; then f6 && f7 || f8; fi
	for i in `f9`; do f10 $i; done
	case "$x" in
		a|b) f11 ;;
		*) f12 > /dev/null ;;
	esac
	FOO=bar f13
	FOO="$(f14)" BAR=1 f15 "$(f16 x)" '$(f17)'
	eval f18 x
	while ! f19; do { f20; }; ( f21; cd ${A} ) ; done
	cat <<EOF
f22
$(f23)
EOF
	inner() { f24; }
	inner
	"f25" x
	f26() { :; }
	echo f27 | xargs f28
	x=${y:-$(f29)}
	x="${y:-$(f30)}"
	cat < $(f31)
	$f32
	${F33} x
	\f34
	f35 2>&1 &
	[ -n "$(f36)" ] && f37
	f38
	if [ x ] ; then
		:
	elif f39 ; then
		f40
	else
		f41
	fi
	until f42 ; do
		f43 \
			f44
	done
	test x = y -a f45
	FOO+=x f46
	exec f47
	command f48
	f49; f50
	f51 # f52
}
F33 = "f33"
f2() {
	:
}
f3() {
	:
}
f4() {
	:
}
f5() {
	:
}
f6() {
	:
}
f7() {
	:
}
f8() {
	:
}
f9() {
	:
}
f10() {
	:
}
f11() {
	:
}
f12() {
	:
}
f13() {
	:
}
f14() {
	:
}
f15() {
	:
}
f16() {
	:
}
f17() {
	:
}
f18() {
	:
}
f19() {
	:
}
f20() {
	:
}
f21() {
	:
}
f22() {
	:
}
f23() {
	:
}
f24() {
	:
}
f25() {
	:
}
f26() {
	:
}
f27() {
	:
}
f28() {
	:
}
f29() {
	:
}
f30() {
	:
}
f31() {
	:
}
f32() {
	:
}
f33() {
	:
}
f34() {
	:
}
f35() {
	:
}
f36() {
	:
}
f37() {
	:
}
f38() {
	:
}
f39() {
	:
}
f40() {
	:
}
f41() {
	:
}
f42() {
	:
}
f43() {
	:
}
f44() {
	:
}
f45() {
	:
}
f46() {
	:
}
f47() {
	:
}
f48() {
	:
}
f49() {
	:
}
f50() {
	:
}
f51() {
	:
}
f52() {
	:
}
do_a() {
	echo ${A} ${C} ${D}
	f1
}
do_b() {
	echo ${E} ${F} ${I}
}
do_c() {
	echo ${J} ${K} ${L} ${M} ${P} ${Q} ${R}
}
do_d() {
	echo ${S_unset} ${T} ${U} ${V} ${W}
}
do_d[dirs] = "${B}"
do_d[network] = "1"
python do_e() {
    x = d.getVar("G", False)
    bb.build.exec_func("f1", d)
    oe_help(d)
    d.setVar("X", bb.utils.contains("FEAT", "z", d.getVar("H"), "", d))
    y = [k for k in (d.getVarFlag("do_d", "dirs") or "").split()]
    # d.getVar("COMMENT")
    z = "d.getVar('INSTRING')"
    d.appendVar("E4", "")
}
do_f() {
	true
}
do_f[prefuncs] = "f1"
do_f[postfuncs] += "helper2"
do_f[vardeps] += "${N} E4 W[custom]"
do_f[vardepsexclude] = "FEAT f2"
addtask a
addtask b
addtask c
addtask d
addtask e
addtask f
do_g() {
	cd ${WORKDIR}
	${@bb.utils.contains('FEAT', 'z', 'f1', 'f2', d)}
	${@'f3'}
	X1="${X2}"
	x=${@d.getVar('E1')}
	install -d ${D}${bindir}
	if ${@bb.utils.contains('FEAT', 'zz', 'true', 'false', d)}; then f5; fi
	foo: ${Y[1]} ${y.z} ${a+b} ${A/x}
	${@"\n".join("f%d" % i for i in (7, 8))}
	do_f
}
do_g[network] = "1 ${B}"
do_g[umask] = "022"
do_g[dirs] += "${WORKDIR} ${E1}"
X2 = "x2"
X2[foo] = "${E3}"
X2[doc] = "a doc ${E4}"
addtask g
do_g:prepend () {
	f9 ${PV}
}
do_g:append:o1() {
	f10
}
do_g:append:o2() {
	f11
}
A[vardepvalue] = ""
Z1 = "${@'x' if d.getVar('Z2') == 'y' else ''}${Z3:-x}${Z-4}"
Z-4 = "z"
do_h() {
	echo "${Z1} ${PN}-${PV} ${@d.getVar('PN').upper()} ${@d.getVarFlag('X2','foo')}"
	echo ${@d.getVar('P')} ${@[x for x in d.getVar('FEAT').split()][0]}
	echo ${@oe.utils.conditional('N', 'B', '1', '2', d) if False else ''}
	echo ${@d.getVar("N" + "")} ${@d.getVar(d.getVar("N"))} ${@eval("1")}
	echo ${@any(bb.utils.contains('FEAT', x, True, False, d) for x in ['x'])}
}
addtask h
python do_i() {
    def inner(x):
        return helper2(x)
    for v in d.getVar("FEAT").split():
        d.setVar("FOO_%s" % v, inner(d))
    f = "${A} ${B}"
    bb.build.exec_task("do_h", d)
    d.getVarFlags("X2")
    if d.getVar('''E4''') and bb.utils.contains_any("FEAT", "p q", 1, 2, d): pass
    other = d.getVar(  "J" , False) + d.getVar("K"
       ) + (d.getVar("L") or "")
    localdata = bb.data.createCopy(d)
    localdata.getVar("M")
    self.x.getVar("R", "x")
    bb.utils.filter("N", "a b", d)
    e.data.getVar("Q")
    d.expand("${P} ${@d.getVar('S_unset')}")
    f1(d)
    "x".join(d.getVar("X2"))
    oe_help
}
do_i[vardepsexclude] += "K"
addtask i
