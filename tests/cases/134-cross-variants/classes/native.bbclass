CLASSOVERRIDE = "class-native"
N = "native ${PN}"
