-- Dependencies between packages by shared libraries: who offers which SONAME, who needs it.
local elf = require "elf"
local shlibs = {}

-- What the ELF files of one package tree offer and need: {provides = {soname…}, needs = {soname → path}}.
-- Libraries outside the library directories are private (plugins); so are those the words of private name.
function shlibs.scan(tree, entries, libdirs, private)
	local found, names = {provides = {}, needs = {}}, {}
	private = " " .. (private or "") .. " "
	for _, entry in ipairs(entries) do
		names[entry.path:match("[^/]+$")] = true
		local info = entry.type == "file" and elf.read(tree .. "/" .. entry.path)
		if info and info.dynamic then
			local dir = "/" .. (entry.path:match("^(.*)/") or "")
			local public = libdirs[dir] and info.soname
			if public and not private:find(" " .. public .. " ", 1, true) then
				table.insert(found.provides, info.soname)
			end
			for _, soname in ipairs(info.needed) do
				found.needs[soname] = found.needs[soname] or "/" .. entry.path
			end
		end
	end
	for soname in pairs(found.needs) do
		if names[soname] then found.needs[soname] = nil end
	end
	return found
end

-- scans: package → shlibs.scan; outside: soname → package of other recipes. Returns package → sorted
-- list of packages it needs, soname → package of this recipe, and what nobody offers
-- ({package=, soname=, path=} sorted).
function shlibs.resolve(scans, outside)
	local provides, names, deps, missing = {}, {}, {}, {}
	for name in pairs(scans) do names[#names + 1] = name end
	table.sort(names)
	for _, name in ipairs(names) do
		for _, soname in ipairs(scans[name].provides) do
			provides[soname] = provides[soname] or name
		end
	end
	for _, name in ipairs(names) do
		local set, list = {}, {}
		for soname, path in pairs(scans[name].needs) do
			local from = provides[soname] or outside[soname]
			if not from then
				missing[#missing + 1] = {package = name, soname = soname, path = path}
			elseif from ~= name and not set[from] then
				set[from] = true
				list[#list + 1] = from
			end
		end
		table.sort(list)
		deps[name] = list
	end
	table.sort(missing, function(a, b)
		return a.package .. " " .. a.soname < b.package .. " " .. b.soname
	end)
	return deps, provides, missing
end

return shlibs
