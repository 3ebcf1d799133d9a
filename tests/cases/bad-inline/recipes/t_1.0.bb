A = "${@nothere(d)}"
B := "${A}"
