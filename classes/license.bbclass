# do_populate_lic: verifies that the licence texts are those the recipe was written for, and collects them, with what
# a manifest says of the recipe.

LICSSTATEDIR = "${WORKDIR}/license-destdir"

addtask populate_lic after do_patch before do_build
do_populate_lic[dirs] = "${LICSSTATEDIR}"
do_populate_lic[sstate-inputdirs] = "${LICSSTATEDIR}"
do_populate_lic[sstate-outputdirs] = "${LICENSE_DIRECTORY}/${PACKAGE_ARCH}/${PN}"
do_populate_lic[vardeps] += "LICENSE LIC_FILES_CHKSUM LOCKED_CHANNEL"
lua do_populate_lic() {
	local dest = d:getVar("LICSSTATEDIR")
	local texts = d:getVar("LIC_FILES_CHKSUM") or ""
	local sources = (d:getVar("SRC_URI") or ""):find("%S")
	if not texts:find("%S") and sources and d:getVar("LICENSE") ~= "CLOSED" then
		bb.fatal("do_populate_lic: LIC_FILES_CHKSUM is not set: name the licence texts of the source")
	end
	for url in texts:gmatch("%S+") do
		license_check(d, url, dest)
	end
	fs.write(dest .. "/recipeinfo",
		d:expand("LICENSE: ${LICENSE}\nPN: ${PN}\nPV: ${PV}\nPR: ${PR}\nCHANNEL: ${LOCKED_CHANNEL}\n"))
}

# Where the lock says that the sources come from; "-": none of them is from elsewhere.
LOCKED_CHANNEL = "${@locked_channel(d)}"
LOCKED_CHANNEL[vardepvalue] = "${LOCKED_CHANNEL}"
function locked_channel(d)
	local stanza = d:getVar("SOURCE_LOCK_" .. d:getVar("PN"), false) or ""
	return stanza:match("\nchannel (%S+)") or "-"
end

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
		local lines = (first and " from line " .. first or "") .. (last and " to line " .. last or "")
		bb.fatal(("LIC_FILES_CHKSUM: %s%s: expected md5 %s, found %s: read the text, then correct LICENSE "
			.. "or the sum"):format(path, lines, parameter.md5 or "(none given)", sum))
	end
	local copy = dest .. "/" .. (path:sub(1, 1) == "/" and os.path.basename(path) or path)
	fs.mkdir(os.path.dirname(copy))
	fs.write(copy, fs.read(file))
end

# A recipe without a licence is refused; one whose licence the build must not contain is left out.
lua () {
	local license, pn = d:getVar("LICENSE"), d:getVar("PN")
	if not license or license == "INVALID" or not license:find("%S") then
		bb.fatal(pn .. ": LICENSE is not set")
	end
	local unwanted = d:getVar("INCOMPATIBLE_LICENSE") or ""
	if unwanted:find("%S") and not bb.data.inherits_class("native", d) then
		license_leave_out(d, license, unwanted)
	end
}

function license_leave_out(d, license, unwanted)
	local licence = require "licence"
	local excused = " " .. (d:getVar("INCOMPATIBLE_LICENSE_EXCEPTIONS") or "") .. " "
	local bad = licence.refused(license, function(name)
		local exception = " " .. d:getVar("PN") .. ":" .. name .. " "
		return not excused:find(exception, 1, true) and licence.matches(name, unwanted)
	end)
	if bad then bb.skip("its licence " .. bad .. " is in INCOMPATIBLE_LICENSE") end
end
