A = "a"
B = b
C = "c"
