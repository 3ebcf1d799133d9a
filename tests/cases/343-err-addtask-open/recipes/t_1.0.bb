addtask a behind b
do_a() {
	:
}
