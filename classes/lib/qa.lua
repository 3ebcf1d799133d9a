-- Checks of package trees. context: arch, tmpdir, dest (directory of the trees), empty (directories),
-- merged (/usr), libdirs (set), object(package, id, message).
local elf = require "elf"
local qa = {}

local function kind(name, suffix)
	return name:sub(-#suffix) == suffix
end

local function check_elf(c, name, entry, file)
	local info = elf.read(file)
	if not info then return end
	local want = elf.machines[c.arch]
	if want and info.machine ~= want then
		c.object(name, "arch", "/" .. entry.path .. " is for ELF machine " .. info.machine
			.. ", " .. c.arch .. " is " .. want)
	end
	if info.textrel then
		c.object(name, "textrel", "/" .. entry.path .. " has relocations in its text")
	end
	for dir in (info.rpath or ""):gmatch("[^:]+") do
		if dir:find(c.tmpdir, 1, true) then
			c.object(name, "rpaths", "/" .. entry.path .. " looks for libraries in " .. dir)
		elseif c.libdirs[dir] then
			c.object(name, "useless-rpaths", "/" .. entry.path .. " names " .. dir .. " needlessly")
		end
	end
end

local function check_name(c, name, entry)
	local path = "/" .. entry.path
	local dev = kind(name, "-dev") or kind(name, "-dbg")
	if entry.type == "link" and path:match("^/usr/lib/[^/]+%.so$") and not dev then
		c.object(name, "dev-so", path .. " is for linking and belongs in a -dev package")
	end
	if path:match("%.a$") and not kind(name, "-staticdev") and not dev then
		c.object(name, "staticdev", path .. " is a static library and belongs in a -staticdev package")
	end
	if path:match("^/usr/lib/debug/") and not kind(name, "-dbg") then
		c.object(name, "debug-files", path .. " belongs in a -dbg package")
	end
	local top = path:match("^/([^/]+)/")
	if c.merged and (top == "bin" or top == "sbin" or top == "lib" or top == "lib64") then
		c.object(name, "usrmerge", path .. " is outside /usr: use ${base_bindir}, ${base_libdir} …")
	end
	for dir in c.empty:gmatch("%S+") do
		if path:sub(1, #dir + 1) == dir .. "/" then
			c.object(name, "empty-dirs", path .. " will be hidden: something is mounted on " .. dir)
		end
	end
end

function qa.package(c, name)
	local tree = c.dest .. "/" .. name
	for _, entry in ipairs(fs.walk(tree)) do
		if entry.type ~= "dir" then check_name(c, name, entry) end
		if entry.type == "file" and not kind(name, "-src") then
			check_elf(c, name, entry, tree .. "/" .. entry.path)
		end
	end
end

-- path → interpreter of the scripts of a tree, the shell apart (every system has one).
function qa.interpreters(tree)
	local found = {}
	for _, entry in ipairs(fs.walk(tree)) do
		local script = entry.type == "file" and entry.mode & 73 ~= 0 and fs.read(tree .. "/" .. entry.path, 0, 128)
		local interpreter, argument = (script or ""):match("^#!%s*(/[^%s]+)[ \t]*([^%s]*)")
		if interpreter == "/usr/bin/env" then interpreter = "/usr/bin/" .. argument end
		if interpreter and interpreter ~= "/bin/sh" then found["/" .. entry.path] = interpreter end
	end
	return found
end

-- No file may name the directory it was built in. In debugging symbols it is a matter of its own: there it
-- harms nobody, and the C library's start files bring it into every program's.
function qa.buildpaths(c)
	local found = bb.run{"grep", "-rlF", "-e", c.tmpdir .. "/work", c.dest, check = false}
	local paths = {}
	for path in found:gmatch("[^\n]+") do paths[#paths + 1] = path:sub(#c.dest + 2) end
	table.sort(paths)
	for _, path in ipairs(paths) do
		local name, rest = path:match("^([^/]+)(/.*)$")
		local id = kind(name, "-dbg") and "buildpaths-dbg" or "buildpaths"
		c.object(name, id, rest .. " names a directory of the build")
	end
end

return qa
