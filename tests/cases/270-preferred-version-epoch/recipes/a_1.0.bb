PE = "1"
PR = "r2"
