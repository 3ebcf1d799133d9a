OVERRIDES .= ":o1:o2"
do_build() {
	recipe ${X}
}
X = "1"
inherit k
do_build:o2() {
	o2
}
do_build:append:o2() {
	append o2
}
do_build:remove = "append"
