# There is no SDK yet: a recipe that makes one is left out, with this reason.

lua () {
	bb.skip("makes an SDK, which is not there yet")
}
