f1() { 
	:
}
f2() {
	f3 ${X3}
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
X3 = "x"
do_a() {
	if f1; then echo f4; fi
	for i in a b; do
		f2 | cat
	done
	case "$x" in
	a) f5 ;;
	*) echo "$(f6 y)" ;;
	esac
	cat <<EOF
	f7
EOF
	local f4=1
}
addtask a
