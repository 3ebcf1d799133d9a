# A recipe whose version, archives and patches are openEuler's, at the commit that OPENEULER_PIN[OPENEULER_NAME]
# pins (conf/sources/), as long as the channel is openeuler; else those of its own SRC_URI. The engine looks for
# this class when it resolves sources; what it found is applied by package-source, which base inherits.

OPENEULER_NAME ?= "${BPN}"
# The repository is the source itself, without a spec: a kernel.
OPENEULER_TREE ?= ""
