# do_populate_lic: verifies that the licence texts are those the recipe was written for, and collects them.

LICSSTATEDIR = "${WORKDIR}/license-destdir"

addtask populate_lic after do_patch before do_build
do_populate_lic[dirs] = "${LICSSTATEDIR}"
do_populate_lic[sstate-inputdirs] = "${LICSSTATEDIR}"
do_populate_lic[sstate-outputdirs] = "${LICENSE_DIRECTORY}/${PACKAGE_ARCH}/${PN}"
do_populate_lic[vardeps] += "LICENSE LIC_FILES_CHKSUM"
lua do_populate_lic() {
	local dest = d:getVar("LICSSTATEDIR")
	local texts = d:getVar("LIC_FILES_CHKSUM") or ""
	if not texts:find("%S") and d:getVar("LICENSE") ~= "CLOSED" and (d:getVar("SRC_URI") or ""):find("%S") then
		bb.fatal("do_populate_lic: LIC_FILES_CHKSUM is not set: name the licence texts of the source")
	end
	for url in texts:gmatch("%S+") do
		license_check(d, url, dest)
	end
	fs.write(dest .. "/recipeinfo", d:expand("LICENSE: ${LICENSE}\nPN: ${PN}\nPV: ${PV}\nPR: ${PR}\n"))
}

# "file://COPYING;beginline=1;endline=9;md5=…": compares, then copies the text.
function license_check(d, url, dest)
	local path, rest = url:match("^file://([^;]+)(.*)$")
	if not path then
		bb.fatal("LIC_FILES_CHKSUM: " .. url .. ": only file:// is known")
	end
	local parameter = {}
	for key, value in rest:gmatch(";([^;=]+)=([^;]*)") do parameter[key] = value end
	local file = path:sub(1, 1) == "/" and path or d:getVar("S") .. "/" .. path
	if not fs.exists(file) then
		bb.fatal("LIC_FILES_CHKSUM: " .. path .. " is not in the source (" .. file .. ")")
	end
	local first, last = tonumber(parameter.beginline), tonumber(parameter.endline)
	local sum = hash.md5_file(file, first, last)
	if sum ~= parameter.md5 then
		bb.fatal("LIC_FILES_CHKSUM: " .. path .. (first and " from line " .. first or "")
			.. (last and " to line " .. last or "") .. ": expected md5 " .. (parameter.md5 or "(none given)")
			.. ", found " .. sum .. ": read the text, then correct LICENSE or the sum")
	end
	fs.write(dest .. "/" .. os.path.basename(path), fs.read(file))
end

# A recipe without a licence is refused; one whose licence the build must not contain is left out.
lua () {
	local license = d:getVar("LICENSE")
	if not license or license == "INVALID" or not license:find("%S") then
		bb.fatal(d:getVar("PN") .. ": LICENSE is not set")
	end
	local unwanted = d:getVar("INCOMPATIBLE_LICENSE") or ""
	if unwanted:find("%S") and not bb.data.inherits_class("native", d) then
		local bad = license_refused(license, unwanted, d:getVar("INCOMPATIBLE_LICENSE_EXCEPTIONS") or "", d:getVar("PN"))
		if bad then bb.skip("its licence " .. bad .. " is in INCOMPATIBLE_LICENSE") end
	end
}

# The first licence of an expression that cannot be avoided and is unwanted; nil when there is a way
# around all of them. a & b needs both, a | b one of them; & binds closer.
function license_refused(expression, unwanted, exceptions, pn)
	local tokens, at = {}, 1
	for token in expression:gsub("[&|()]", " %0 "):gmatch("%S+") do tokens[#tokens + 1] = token end
	local function refused(name)
		if (" " .. exceptions .. " "):find(" " .. pn .. ":" .. name .. " ", 1, true) then return nil end
		for pattern in unwanted:gmatch("%S+") do
			local stem = pattern:match("^(.*)%*$")
			if name == pattern or stem and name:sub(1, #stem) == stem then return name end
		end
		return nil
	end
	local any
	local function one()
		local token = tokens[at]
		at = at + 1
		if token ~= "(" then return refused(token or "") end
		local result = any()
		at = at + 1
		return result
	end
	local function all()
		local result = one()
		while tokens[at] == "&" or tokens[at] and tokens[at] ~= "|" and tokens[at] ~= ")" do
			if tokens[at] == "&" then at = at + 1 end
			result = one() or result
		end
		return result
	end
	function any()
		local result = all()
		while tokens[at] == "|" do
			at = at + 1
			local other = all()
			result = result and other
		end
		return result
	end
	return any()
end
