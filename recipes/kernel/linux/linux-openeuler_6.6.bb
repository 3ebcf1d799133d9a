require linux-openeuler.inc

OPENEULER_NAME = "kernel"
COMPATIBLE_HOST = "(x86_64|aarch64|riscv64).*-linux"
