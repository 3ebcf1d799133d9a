# Manual pages that take extra tools to make: only when the distro wants them (DISTRO_FEATURES
# "api-documentation"). A recipe says how with PACKAGECONFIG[manpages].

PACKAGECONFIG:append:class-target = " ${@'manpages' if d.getVarFlag('PACKAGECONFIG', 'manpages') and bb.utils.contains('DISTRO_FEATURES', 'api-documentation', True, False, d) else ''}"
