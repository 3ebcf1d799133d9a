A = "a b"
A_remove_foo = "b"
