# There is no SDK yet: a recipe's nativesdk variant is left out, with this reason.

CLASSOVERRIDE = "class-nativesdk"
EXCLUDE_FROM_WORLD = "1"

lua () {
	bb.skip("nativesdk recipes need an SDK, which is not there yet")
}
