A = "a"
lua () {
	local x = 1
	x.y.z = 2
}
