OVERRIDES .= ":o1"
A = "a"
A:o1 = "one"
unset A
A:o1 ?= "other"
