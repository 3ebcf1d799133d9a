# makeinfo is a tool of the host (HOSTTOOLS).

DEPENDS:append:class-target = " texinfo-native"
