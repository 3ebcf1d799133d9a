-- Files to packages: which package's FILES an installed file matches, and the trees made of that.
-- A file belongs to the first package of the list that matches it.
local split = {}

-- A shell glob as a Lua pattern; * and ? stop at a slash.
local function glob_pattern(glob)
	local out, at = {}, 1
	while at <= #glob do
		local c = glob:sub(at, at)
		local set = c == "[" and glob:match("^%[[^%]]+%]", at)
		if set then
			out[#out + 1] = set:gsub("^%[!", "[^")
			at = at + #set
		else
			out[#out + 1] = c == "*" and "[^/]*" or c == "?" and "[^/]" or (c:gsub("%W", "%%%0"))
			at = at + 1
		end
	end
	return table.concat(out)
end

-- Predicate for the absolute path of a file: named by a glob, or below a directory named by one.
function split.matcher(globs)
	local exact, below = {}, {}
	for glob in globs:gmatch("%S+") do
		local pattern = glob_pattern((glob:gsub("/+$", "")))
		exact[#exact + 1] = "^" .. pattern .. "$"
		below[#below + 1] = "^" .. pattern .. "/"
	end
	return function(path)
		for i = 1, #exact do
			if path:find(exact[i]) or path:find(below[i]) then return true end
		end
		return false
	end
end

-- Directories count only when they are empty: others come with their files.
local function shippable(entries)
	local full = {}
	for _, entry in ipairs(entries) do
		full[entry.path:match("^(.*)/") or ""] = true
	end
	local list = {}
	for _, entry in ipairs(entries) do
		if entry.type ~= "dir" or not full[entry.path] then list[#list + 1] = entry end
	end
	return list
end

-- entries: fs.walk of the installed tree; packages: {{name=, files=globs}, …} in order.
-- Returns name → list of entries, and the entries nobody claims (empty directories apart).
function split.assign(entries, packages)
	local owned, left, matchers = {}, {}, {}
	for i, package in ipairs(packages) do
		owned[package.name] = {}
		matchers[i] = split.matcher(package.files)
	end
	for _, entry in ipairs(shippable(entries)) do
		local owner
		for i, package in ipairs(packages) do
			if matchers[i]("/" .. entry.path) then owner = package.name break end
		end
		if owner then
			table.insert(owned[owner], entry)
		elseif entry.type ~= "dir" then
			left[#left + 1] = entry
		end
	end
	return owned, left
end

local function make_parents(root, dest, path, modes)
	local dir = path:match("^(.*)/")
	if not dir or fs.isdir(dest .. "/" .. dir) then return end
	make_parents(root, dest, dir, modes)
	fs.mkdir(dest .. "/" .. dir)
	fs.chmod(dest .. "/" .. dir, modes[dir])
end

-- Builds dest out of entries of root; files are hard links.
function split.populate(root, dest, entries, modes)
	fs.mkdir(dest)
	for _, entry in ipairs(entries) do
		local to = dest .. "/" .. entry.path
		make_parents(root, dest, entry.path, modes)
		if entry.type == "dir" then
			fs.mkdir(to)
			fs.chmod(to, entry.mode)
		elseif entry.type == "link" then
			fs.symlink(entry.target, to)
		else
			fs.link(root .. "/" .. entry.path, to)
		end
	end
end

-- path → mode of the directories among entries.
function split.modes(entries)
	local modes = {}
	for _, entry in ipairs(entries) do
		if entry.type == "dir" then modes[entry.path] = entry.mode end
	end
	return modes
end

return split
