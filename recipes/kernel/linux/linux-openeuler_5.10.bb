# The line of 22.03 LTS, for hardware whose drivers stopped there: PREFERRED_VERSION_linux-openeuler = "5.10%".
require linux-openeuler.inc

OPENEULER_NAME = "kernel-5.10"
DEFAULT_PREFERENCE = "-2"
COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"

SRC_URI:append = " file://linux-5.10.cfg"
