# For projects whose releases have an even minor number: the pattern that finds them.
UPSTREAM_CHECK_REGEX ?= "[^\d\.](?P<pver>\d+\.(\d*[02468])(\.\d+)*)\.tar"
