PN = "${A}"
A = "x${PN}"
