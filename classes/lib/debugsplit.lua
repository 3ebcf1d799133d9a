-- Moves debugging symbols out of programs and libraries into /usr/lib/debug/PATH.debug, which a debugger
-- finds by the file's debug link.
local elf = require "elf"
local debugsplit = {}

-- Names that share an inode are stripped once and linked again: path → first name.
local function same_files(entries)
	local first, same = {}, {}
	for _, entry in ipairs(entries) do
		if entry.type == "file" then
			same[entry.path] = first[entry.inode]
			first[entry.inode] = first[entry.inode] or entry.path
		end
	end
	return same
end

local function strip_arguments(info, path)
	if info.type == "rel" then
		return path:match("%.ko$") and {"--strip-debug"} or nil
	elseif info.type == "other" then
		return nil
	elseif info.soname then
		return {"--strip-unneeded", "--remove-section=.comment"}
	end
	return {"--remove-section=.comment"}
end

local function keep_debug(tools, root, path)
	local debug = root .. "/usr/lib/debug/" .. path .. ".debug"
	fs.mkdir(debug:match("^(.*)/"))
	bb.run{tools.objcopy, "--only-keep-debug", root .. "/" .. path, debug}
	fs.chmod(debug, 420)     -- 0644
	return debug
end

local function strip_file(tools, root, entry, arguments, want_debug)
	local file, bare = root .. "/" .. entry.path, root .. "/" .. entry.path .. ".stripped"
	local debug = want_debug and keep_debug(tools, root, entry.path)
	local argv = {tools.strip, table.unpack(arguments)}
	for _, word in ipairs{"-o", bare, file} do argv[#argv + 1] = word end
	bb.run(argv)
	if debug then
		bb.run{tools.objcopy, "--add-gnu-debuglink=" .. debug, bare}
	end
	fs.rename(bare, file)
	fs.chmod(file, entry.mode)
end

-- tools: {objcopy=, strip=, debug = keep the symbols?}. entries: fs.walk(root) before the call.
function debugsplit.run(root, entries, tools)
	local same = same_files(entries)
	for _, entry in ipairs(entries) do
		local file = root .. "/" .. entry.path
		if entry.type == "file" and same[entry.path] then
			local stem = root .. "/" .. same[entry.path]
			if elf.is(file) then
				fs.remove(file)
				fs.link(stem, file)
			end
		elseif entry.type == "file" then
			local info = elf.read(file)
			local arguments = info and strip_arguments(info, entry.path)
			if arguments then
				strip_file(tools, root, entry, arguments, tools.debug and info.type ~= "rel")
			end
		end
	end
end

return debugsplit
