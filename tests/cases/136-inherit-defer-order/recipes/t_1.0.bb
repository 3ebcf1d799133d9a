L = "r"
inherit_defer ${@'k1' if d.getVar('WANT') == '1' else ''} k2
WANT = "0"
L .= " end"
K1V = "late"
