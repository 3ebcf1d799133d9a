A = "a"
B = "recipe"
inherit k
export C += "c"
unset A
