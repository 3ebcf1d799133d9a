# Build tools that make things for the target (a compiler NAME-cross-ARCH): they run on the machine that builds, as
# native ones do, and know the target.

inherit native

CLASSOVERRIDE = "class-cross"
