SUMMARY = "Wants to run a program while the image is made"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
ALLOW_EMPTY:${PN} = "1"

pkg_postinst:${PN}() {
	update-mime-database /usr/share/mime
}
