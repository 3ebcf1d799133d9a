SUMMARY = "Stands for the kernel where a test needs none"
LICENSE = "MIT"
INHIBIT_DEFAULT_DEPS = "1"
PROVIDES = "virtual/kernel"

inherit deploy

do_deploy() {
	echo kernel > ${DEPLOYDIR}/Image
}
