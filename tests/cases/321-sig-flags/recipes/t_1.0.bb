do_a() {
	echo a
}
do_a[dirs] = "${W1}"
do_a[file-checksums] = "${W2}"
do_a[prefuncs] += "pre ${P}"
do_a[postfuncs] = "post"
do_a[vardeps] += "do_a[dirs]"
do_a[umask] = "${U}"
P = "pre2"
U = "022"
W1 = "w"
W2 = "w2"
pre() {
	echo ${W1}
}
pre2() {
	:
}
post() {
	echo ${W2}
}
addtask a
