# A recipe whose version, archives and patches are openEuler's, at the commit that OPENEULER_PIN[OPENEULER_NAME]
# pins (conf/sources/), as long as the channel is openeuler; else those of its own SRC_URI. The engine looks for
# this class when it resolves sources; what it found is applied by package-source, which base inherits.

# Of the pin. Empty: openEuler has no package of it, and upstream's release is what is meant.
OPENEULER_NAME ?= "${BPN}"
# The repository is the source itself, without a spec: a kernel.
OPENEULER_TREE ?= ""
