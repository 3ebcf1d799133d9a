-- What is known of a built package, as files others read: runtime/PACKAGE ("KEY: value" lines),
-- files/PACKAGE ("mode size /path" lines) and shlibs ("SONAME PACKAGE" lines) below one directory a recipe.
local pkgdata = {}

local function escape(text)
	return (text:gsub("\\", "\\\\"):gsub("\n", "\\n"))
end

local function unescape(text)
	return (text:gsub("\\(.)", function(c) return c == "n" and "\n" or c end))
end

-- keys: order of the lines; empty values are left out.
function pkgdata.write(dir, name, record, keys)
	local lines = {}
	for _, key in ipairs(keys) do
		if record[key] and record[key] ~= "" then
			lines[#lines + 1] = key .. ": " .. escape(record[key]) .. "\n"
		end
	end
	fs.mkdir(dir .. "/runtime")
	fs.write(dir .. "/runtime/" .. name, table.concat(lines))
end

function pkgdata.read(file)
	local record = {}
	for line in fs.read(file):gmatch("[^\n]+") do
		local key, value = line:match("^([%w_]+): (.*)$")
		if key then record[key] = unescape(value) end
	end
	return record
end

function pkgdata.write_files(dir, name, entries)
	local lines = {}
	for _, entry in ipairs(entries) do
		local target = entry.type == "link" and " -> " .. entry.target or ""
		lines[#lines + 1] = string.format("%04o %d /%s%s\n", entry.mode & 4095,
			entry.type == "file" and entry.size or 0, entry.path, target)
	end
	fs.mkdir(dir .. "/files")
	fs.write(dir .. "/files/" .. name, table.concat(lines))
end

-- Set of the paths of all packages whose data are in dirs; those below a merged /bin … under both names.
function pkgdata.all_files(dirs)
	local set = {}
	for _, dir in ipairs(dirs) do
		for _, name in ipairs(fs.isdir(dir .. "/files") and fs.list(dir .. "/files") or {}) do
			for path in fs.read(dir .. "/files/" .. name):gmatch("%d+ %d+ (/[^\n]*)\n") do
				path = path:gsub(" %-> .*", "")
				set[path] = true
				set[path:gsub("^/usr/(s?bin/)", "/%1")] = true
			end
		end
	end
	return set
end

-- provides: SONAME → package.
function pkgdata.write_shlibs(dir, provides)
	local lines = {}
	for soname, name in pairs(provides) do
		lines[#lines + 1] = soname .. " " .. name .. "\n"
	end
	table.sort(lines)
	fs.mkdir(dir)
	fs.write(dir .. "/shlibs", table.concat(lines))
end

-- Adds the libraries of a recipe's data to provides, unless somebody before had them.
function pkgdata.read_shlibs(dir, provides)
	local file = dir .. "/shlibs"
	if not fs.exists(file) then return end
	for soname, name in fs.read(file):gmatch("(%S+) (%S+)\n") do
		provides[soname] = provides[soname] or name
	end
end

return pkgdata
