A = "a"
inherit base nothere
