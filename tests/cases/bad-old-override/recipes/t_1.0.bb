A = "a"
A_append = "b"
