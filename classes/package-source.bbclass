# Sources that come as a distribution's source package: a repository or an SRPM with spec, archives and patches.
#
# `bake lock` (or a build without a lock) has read the spec and left what it says in the lock, which recipes see as
# SOURCE_LOCK_PN. A recipe with such a stanza gets its SRC_URI, PV, S and licence sums from there; for all others
# this class does nothing, so that it changes no hash.
#
# The new SRC_URI is the package, what of it is unpacked and applied (package:///FILE), then the recipe's own files
# (file://), less those that OPENEULER_EXCLUDE names: patches that only fit upstream's release.

OPENEULER_EXCLUDE ?= ""

lua () {
	local source = d:getVar("SRC_URI", false) or ""
	if source:find("srpm://", 1, true) then
		d:setVar("SRC_URI", (d:getVar("SRC_URI"):gsub("%f[%w]srpm://(%S+)", package_source_srpm)))
	end
	local stanza = d:getVar("SOURCE_LOCK_" .. d:getVar("PN"), false)
	if stanza and stanza:find("\npackage ", 1, true) then
		package_source_apply(d, package_source_read(stanza))
	elseif stanza and d:getVar("SOURCE_CHANNEL") == "openeuler" and package_source_is_promised(d) then
		bb.skip('SOURCE_CHANNEL is "openeuler" and the lock has upstream\'s release: bake lock --update '
			.. d:getVar("PN"))
	end
}

# A package of openEuler's that the recipe asks for.
function package_source_is_promised(d)
	return bb.data.inherits_class("openeuler-source", d) and d:getVar("OPENEULER_NAME") ~= ""
end

# srpm://host/x.src.rpm;protocol=http is http://host/x.src.rpm; https without a protocol.
function package_source_srpm(rest)
	return (rest:match(";protocol=([^;]*)") or "https") .. "://" .. rest:gsub(";protocol=[^;]*", "")
end

# KEY → list of values in their order.
function package_source_read(stanza)
	local lock = setmetatable({}, {__index = function() return {} end})
	for key, value in stanza:gmatch("([^ \n]+) ([^\n]*)\n") do
		local list = rawget(lock, key) or {}
		list[#list + 1] = value
		lock[key] = list
	end
	return lock
end

function package_source_apply(d, lock)
	d:setVar("PV", lock.version[1])
	local entries = {package_source_entry(d, lock)}
	for _, line in ipairs(lock.source) do entries[#entries + 1] = package_source_file(line) end
	for _, line in ipairs(lock.patch) do entries[#entries + 1] = package_source_patch(line) end
	for _, entry in ipairs(package_source_own(d)) do
		if not entries[1]:find(entry, 1, true) then entries[#entries + 1] = entry end
	end
	d:setVar("SRC_URI", table.concat(entries, " "))
	local place = lock.directory[1] or not lock.spec[1] and "${BP}"
	if place then d:setVar("S", "${UNPACKDIR}/" .. place) end
	if lock["licence-text"][1] then
		d:setVar("LIC_FILES_CHKSUM", table.concat(lock["licence-text"], " "))
	end
end

# The lock shows no passwords: they are where the place comes from, the recipe or the pin, else in ~/.netrc.
function package_source_place(d, url)
	local function bare(text) return (text:gsub("://[^/@]*@", "://")) end
	if bare(url) == url then return url end
	local pin = d:getVarFlag("OPENEULER_PIN", d:getVar("OPENEULER_NAME") or d:getVar("BPN")) or ""
	for word in (d:getVar("SRC_URI") .. " " .. pin):gmatch("%S+") do
		if bare(word) == bare(url) then return word end
	end
	return bare(url)
end

# The package itself: a repository at its commit (the source tree, when there is no spec), or the SRPM.
function package_source_entry(d, lock)
	local url, commit = package_source_place(d, lock.package[1]), lock.commit[1]
	if not commit then return url .. ";subdir=package" end
	local scheme, rest = url:match("^(%w+)://(.*)$")
	local place = lock.spec[1] and "package" or "${BP}"
	return ("git://%s;protocol=%s;nobranch=1;rev=%s;destsuffix=%s"):format(rest or url, scheme or "file", commit, place)
end

# "NAME key=value …"
function package_source_fields(line)
	local fields = {}
	for key, value in line:gmatch(" (%w+)=(%S*)") do fields[key] = value end
	local name = line:match("^%S+"):gsub("%%", "%%25")
	return "package:///" .. name .. ";sha256sum=" .. fields.sha256, fields
end

function package_source_file(line)
	local entry, fields = package_source_fields(line)
	if not fields.unpack then return entry .. ";unpack=0;apply=no" end
	return entry .. (fields.unpack ~= "." and ";subdir=" .. fields.unpack or "")
end

function package_source_patch(line)
	local entry, fields = package_source_fields(line)
	return entry .. ";apply=yes;striplevel=" .. fields.strip .. (fields.dir and ";patchdir=" .. fields.dir or "")
end

function package_source_own(d)
	local own, excluded = {}, {}
	for name in d:getVar("OPENEULER_EXCLUDE"):gmatch("%S+") do excluded[name] = true end
	for entry in (d:getVar("SRC_URI") or ""):gmatch("%S+") do
		local path = entry:match("^file://([^;]+)")
		if path and not excluded[path] then own[#own + 1] = entry end
	end
	return own
end
