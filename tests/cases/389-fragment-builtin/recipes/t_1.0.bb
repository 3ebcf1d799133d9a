A = "${MACHINE}"
