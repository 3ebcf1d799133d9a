A[flag = "x"
