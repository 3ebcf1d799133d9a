# Users and groups a package brings: USERADD_PARAM:pkg and GROUPADD_PARAM:pkg hold the options of useradd
# and groupadd (";" between several). They are carried out on the image's files; nothing is run.
# Files of an image belong to root: give a service its directories at start-up.
PACKAGE_FIELDS += "GROUPADD_PARAM USERADD_PARAM"
USERADD_PACKAGES ?= "${PN}"
