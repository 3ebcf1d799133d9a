k_do_a() {
	echo ${K}
}
EXPORT_FUNCTIONS do_a
helper() {
	echo ${H}
}
