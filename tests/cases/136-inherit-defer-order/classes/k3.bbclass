L .= " k3"
inherit_defer k4
