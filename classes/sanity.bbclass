# Checks of the configuration, once, before any recipe is read.

addhandler sanity_check
sanity_check[eventmask] = "bb.event.ConfigParsed"
lua sanity_check() {
	local d = e.data
	if d:getVar("TUNE_ARCH") == "INVALID" then
		bb.fatal("MACHINE " .. d:getVar("MACHINE") .. ": conf/machine/" .. d:getVar("MACHINE")
			.. ".conf sets no TUNE_ARCH")
	end
	if (d:getVar("PARALLEL_MAKE") or ""):find("%-j") then
		bb.warn("PARALLEL_MAKE has -j: make leaves the build's jobserver; set BB_NUMBER_THREADS instead")
	end
	if (d:getVar("TMPDIR") or ""):find("%s") then
		bb.fatal("TMPDIR must not contain blanks: " .. d:getVar("TMPDIR"))
	end
}
