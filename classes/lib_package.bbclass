# A library with a few programs: those go to PN-bin.

PACKAGE_BEFORE_PN += "${PN}-bin"
SUMMARY:${PN}-bin ?= "${SUMMARY} - programs"
