A_appended = "a"
A_removed_x = "b"
B_pn-t = "c"
