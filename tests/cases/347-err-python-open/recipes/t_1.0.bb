A = "a"
python do_x() {
    bb.note("x")
