-- What an ELF file says of itself: elf.read(path) → nil for other files, else
--   { class = 32|64, type = "rel|exec|dyn|other", machine = number, interp = text or nil,
--     dynamic = bool, needed = {…}, soname =, rpath =, textrel = bool, debug = bool }
-- Only the bytes asked for are read, so a kernel with its symbols costs no more than a small program.
local elf = {}

elf.machines = {
	x86_64 = 62, aarch64 = 183, riscv64 = 243, riscv32 = 243, arm = 40, i586 = 3, i686 = 3,
	powerpc64le = 21, loongarch64 = 258,
}

local types = {"rel", "exec", "dyn"}
local PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
local DT_NEEDED, DT_STRTAB, DT_SONAME, DT_RPATH, DT_TEXTREL, DT_RUNPATH = 1, 5, 14, 15, 22, 29

-- Layouts of the records, by class: {format, names…}.
local layout = {
	[64] = {
		header = "I2I2I4I8I8I8I4I2I2I2I2I2I2", word = 8,
		segment = function(s)
			local type, _, offset, vaddr, _, size = string.unpack(s.e .. "I4I4I8I8I8I8", s.bytes)
			return type, offset, vaddr, size
		end,
		entry = "i8I8",
	},
	[32] = {
		header = "I2I2I4I4I4I4I4I2I2I2I2I2I2", word = 4,
		segment = function(s)
			local type, offset, vaddr, _, size = string.unpack(s.e .. "I4I4I4I4I4", s.bytes)
			return type, offset, vaddr, size
		end,
		entry = "i4I4",
	},
}

local function cstring(path, offset)
	local bytes = fs.read(path, offset, 4096) or ""
	return bytes:match("^[^\0]*")
end

-- Segments as {type=, offset=, vaddr=, size=}.
local function segments(path, e, form, phoff, size, count)
	local list = {}
	local bytes = count > 0 and fs.read(path, phoff, size * count) or ""
	for i = 0, math.min(count, #bytes // math.max(size, 1)) - 1 do
		local type, offset, vaddr, length = form.segment{e = e, bytes = bytes:sub(i * size + 1)}
		list[#list + 1] = {type = type, offset = offset, vaddr = vaddr, size = length}
	end
	return list
end

local function file_offset(list, address)
	for _, s in ipairs(list) do
		if s.type == PT_LOAD and address >= s.vaddr and address < s.vaddr + s.size then
			return s.offset + address - s.vaddr
		end
	end
end

local function read_dynamic(info, path, e, form, list, dynamic)
	local bytes = fs.read(path, dynamic.offset, dynamic.size) or ""
	local found, strings = {}, nil
	for at = 1, #bytes - 2 * form.word + 1, 2 * form.word do
		local tag, value = string.unpack(e .. form.entry, bytes, at)
		if tag == 0 then break end
		if tag == DT_STRTAB then strings = file_offset(list, value) end
		found[#found + 1] = {tag, value}
	end
	for _, pair in ipairs(found) do
		local tag, value = pair[1], pair[2]
		if tag == DT_TEXTREL then info.textrel = true end
		if strings and tag == DT_NEEDED then
			table.insert(info.needed, cstring(path, strings + value))
		elseif strings and tag == DT_SONAME then
			info.soname = cstring(path, strings + value)
		elseif strings and (tag == DT_RPATH or tag == DT_RUNPATH) then
			info.rpath = cstring(path, strings + value)
		end
	end
end

function elf.is(path)
	return fs.read(path, 0, 4) == "\127ELF"
end

function elf.read(path)
	local ident = fs.read(path, 0, 64) or ""
	if ident:sub(1, 4) ~= "\127ELF" or #ident < 52 then return nil end
	local class = ident:byte(5) == 2 and 64 or 32
	local e, form = ident:byte(6) == 2 and ">" or "<", layout[class]
	local type, machine, _, _, phoff, _, _, _, phsize, phnum =
		string.unpack(e .. form.header, ident .. ("\0"):rep(16), 17)
	local info = {class = class, type = types[type] or "other", machine = machine, needed = {},
		dynamic = false, textrel = false}
	local list = segments(path, e, form, phoff, phsize, phnum)
	for _, s in ipairs(list) do
		if s.type == PT_INTERP then
			info.interp = cstring(path, s.offset)
		elseif s.type == PT_DYNAMIC then
			info.dynamic = true
			read_dynamic(info, path, e, form, list, s)
		end
	end
	return info
end

return elf
