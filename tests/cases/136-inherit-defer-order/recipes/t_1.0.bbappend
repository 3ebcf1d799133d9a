WANT = "1"
L .= " append"
inherit k3
