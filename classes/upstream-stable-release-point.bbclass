# For projects whose stable series are the first parts of the version: the pattern of releases of this series.
STABLE_VERSION_PARTS ?= "2"
STABLE_VERSION_REGEX = "${@'\.'.join(d.getVar('PV').split('.')[:int(d.getVar('STABLE_VERSION_PARTS'))])}"
UPSTREAM_STABLE_RELEASE_REGEX ?= "^${STABLE_VERSION_REGEX}(\.\d+)*$"
