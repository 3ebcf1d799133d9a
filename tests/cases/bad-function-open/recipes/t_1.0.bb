A = "a"
do_a() {
	:
 }
