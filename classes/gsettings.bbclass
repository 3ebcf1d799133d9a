# Settings schemas are compiled where they are installed, by a program of a desktop: nothing is done here.
GSETTINGS_PACKAGE ?= "${PN}"
