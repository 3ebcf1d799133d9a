do_a() {
	:
}
addtask a after do_fetch before do_build
addtask a after do_prepare
addtask a before do_fetch2
do_fetch2() {
	:
}
addtask fetch2
deltask do_prepare
addtask do_prepare after do_a
