L .= " k2"
inherit k3
