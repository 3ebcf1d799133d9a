# Build a recipe from a source tree one is working on: EXTERNALSRC:pn-foo = "/path", and
# EXTERNALSRC_BUILD:pn-foo for a build directory of one's own (default: apart from the source).
# Nothing is fetched, unpacked or patched, and the build is never current: the tree may change any time.

EXTERNALSRC_BUILD ??= "${WORKDIR}/build"

lua () {
	local source = d:getVar("EXTERNALSRC") or ""
	if source == "" or bb.data.inherits_class("native", d) and not d:getVar("PN"):match("%-native$") then
		return
	end
	if source:sub(1, 1) ~= "/" then
		bb.fatal("EXTERNALSRC: " .. source .. ": an absolute path is needed")
	end
	d:setVar("S", source)
	d:setVar("B", d:getVar("EXTERNALSRC_BUILD"))
	for _, task in ipairs{"do_fetch", "do_unpack", "do_patch"} do
		bb.build.deltask(task, d)
	end
	d:setVarFlag("do_compile", "nostamp", "1")
	d:setVarFlag("do_configure", "nostamp", "1")
}
