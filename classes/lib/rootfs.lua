-- A root file system out of built packages: which packages (closure), their files (install).
local pkgdata = require "pkgdata"
local rootfs = {}

-- deps: bb.taskdeps; each do_package has outputs {trees, data}, do_populate_lic {texts}. Returns
-- { package = name → {name=, tree=, RDEPENDS=…}, provides = name → list of packages, channel = recipe → channel }.
function rootfs.load(deps)
	local db = {package = {}, provides = {}, channel = {}}
	for _, dep in ipairs(deps) do
		local info = dep.task == "do_populate_lic" and pkgdata.read(dep.outputs[1] .. "/recipeinfo")
		if info then db.channel[info.PN] = info.CHANNEL end
		local runtime = dep.task == "do_package" and dep.outputs[2] .. "/runtime"
		for _, name in ipairs(runtime and fs.isdir(runtime) and fs.list(runtime) or {}) do
			local record = pkgdata.read(runtime .. "/" .. name)
			local before = db.package[name]
			if before then
				bb.fatal(("package %s is made by both %s and %s"):format(name, before.PN, record.PN))
			end
			record.name, record.tree = name, dep.outputs[1] .. "/" .. name
			db.package[name] = record
			for virtual in rootfs.names(record.RPROVIDES) do
				db.provides[virtual] = db.provides[virtual] or {}
				table.insert(db.provides[virtual], name)
			end
		end
	end
	return db
end

-- Steps over the names of "a (>= 1.0) b", versions left out.
function rootfs.names(text)
	return (text or ""):gsub("%b()", " "):gmatch("%S+")
end

local function set_of(text)
	local set = {}
	for name in (text or ""):gmatch("%S+") do set[name] = true end
	return set
end

-- The package that stands for a name: itself, or the only or preferred one that provides it.
local function resolve(db, name, preferred)
	if db.package[name] then return name end
	local offers = db.provides[name] or {}
	table.sort(offers)
	for _, offer in ipairs(offers) do
		if offer == preferred(name) or db.package[offer].PN == preferred(name) then return offer end
	end
	if #offers > 1 then
		bb.fatal("do_rootfs: " .. name .. " is provided by " .. table.concat(offers, ", ")
			.. ": set PREFERRED_RPROVIDER_" .. name)
	end
	return offers[1]
end

-- choice: {install=, exclude=, bad=, recommendations = bool, preferred = function(name)}, lists as text.
-- Returns the sorted names of everything that has to be installed.
function rootfs.closure(db, choice)
	local exclude, bad = set_of(choice.exclude), set_of(choice.bad)
	local chosen, queue = {}, {}
	local function want(name, asker, needed)
		local found = resolve(db, name, choice.preferred)
		if found and exclude[found] then
			if asker and needed then
				bb.fatal(("do_rootfs: %s is in PACKAGE_EXCLUDE, but %s needs it"):format(found, asker))
			end
		elseif found and not chosen[found] then
			chosen[found] = true
			queue[#queue + 1] = found
		elseif not found and needed then
			bb.fatal(("do_rootfs: no package %s, which %s: it has no files, or nothing makes it"):format(name,
				asker and asker .. " needs" or "the image is to install (IMAGE_INSTALL)"))
		end
	end
	for name in rootfs.names(choice.install) do want(name, nil, true) end
	local at = 1
	while queue[at] do
		local record = db.package[queue[at]]
		for name in rootfs.names(record.RDEPENDS) do want(name, record.name, true) end
		for name in rootfs.names(choice.recommendations and record.RRECOMMENDS) do
			if not bad[name] then want(name, record.name, false) end
		end
		at = at + 1
	end
	table.sort(queue)
	return queue
end

-- Packages PN-suffix of the recipes that have a package in list: what IMAGE_FEATURES dev-pkgs … mean.
function rootfs.complement(db, list, suffix)
	local seen, more = {}, {}
	for _, name in ipairs(list) do
		local other = db.package[name].PN .. suffix
		if db.package[other] and not seen[other] then
			seen[other] = true
			more[#more + 1] = other
		end
	end
	return table.concat(more, " ")
end

-- Notes the entries of one package as the owner's; two packages may share directories, nothing else.
local function claim(owners, modes, entries, name)
	for _, entry in ipairs(entries) do
		local before = owners[entry.path]
		if before and (entry.type ~= "dir" or before.type ~= "dir") then
			local types = before.type ~= entry.type and " (" .. before.type .. ", " .. entry.type .. ")"
			bb.fatal(("do_rootfs: /%s is in both %s and %s%s"):format(entry.path, before.name, name, types or ""))
		elseif not before then
			owners[entry.path] = {name = name, type = entry.type}
			if entry.type == "dir" then modes[#modes + 1] = entry end
		end
	end
end

-- Copies (a later step may write into files; hard links of a package stay) the packages of list into
-- root; first (a package name) decides the modes of shared directories.
function rootfs.install(db, list, root, first)
	local order, owners, modes = {}, {}, {}
	if db.package[first] then order[1] = first end
	for _, name in ipairs(list) do
		if name ~= first then
			order[#order + 1] = name
		end
	end
	for _, name in ipairs(order) do
		local tree = db.package[name].tree
		if fs.isdir(tree) then
			claim(owners, modes, fs.walk(tree), name)
			bb.run{"cp", "-a", tree .. "/.", root .. "/"}
		end
	end
	for _, entry in ipairs(modes) do
		fs.chmod(root .. "/" .. entry.path, entry.mode)
	end
end

-- One line a package: name, version, licence, bytes, the channel its recipe's sources came from.
function rootfs.manifest(db, list)
	local lines = {}
	for _, name in ipairs(list) do
		local p = db.package[name]
		lines[#lines + 1] = string.format("%s\t%s-%s\t%s\t%s\t%s\n", name, p.PKGV, p.PKGR,
			p.LICENSE or "", p.SIZE or "0", db.channel[p.PN] or "-")
	end
	return table.concat(lines)
end

return rootfs
