A = "a"
inherits foo
