A = "target"
A:class-native = "native"
A:append:class-nativesdk = " sdk"
A:class-cross = "cross"
BBCLASSEXTEND = "native nativesdk cross"
do_build:append:class-native() {
	echo native
}
