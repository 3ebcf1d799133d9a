-- The names the kernel and u-boot give to architectures, and what a kernel build says of its version.
local M = {}

-- Lua pattern → directory below the kernel's arch/
local arches = {
	{ "^i.86$", "x86" }, { "^athlon$", "x86" }, { "^x86.64$", "x86" }, { "^arceb$", "arc" },
	{ "^armeb$", "arm" }, { "^aarch64$", "arm64" }, { "^aarch64_", "arm64" },
	{ "^loongarch%d*$", "loongarch" }, { "^mips", "mips" }, { "^mcf", "m68k" }, { "^riscv", "riscv" },
	{ "^ppc", "powerpc" }, { "^powerpc", "powerpc" }, { "^sh[34]$", "sh" }, { "^microblazee[bl]", "microblaze" },
}
local same = {
	alpha = 1, arm = 1, arc = 1, i386 = 1, x86 = 1, m68k = 1, sparc = 1, sparc64 = 1, sh = 1, um = 1,
	parisc = 1, s390 = 1, microblaze = 1, nios2 = 1, xtensa = 1,
}

function M.map_kernel_arch(d)
	local arch = d:getVar("TARGET_ARCH")
	for _, entry in ipairs(arches) do
		if arch:find(entry[1]) then
			return entry[2]
		end
	end
	if not same[arch] and (d:getVar("TARGET_OS") or ""):find("^linux") then
		bb.error("the kernel has no architecture for " .. arch)
	end
	return arch
end

M.map_uboot_arch = M.map_kernel_arch

local function first_line(path)
	if fs.isfile(path) then
		return (fs.read(path):match("^[^\n]*"):match("^%s*(.-)%s*$"))
	end
end

function M.get_version_headers(dir)
	for _, name in ipairs { "linux/utsrelease.h", "generated/utsrelease.h", "linux/version.h" } do
		local path = dir .. "/include/" .. name
		if fs.isfile(path) then
			return (fs.read(path):match('#define UTS_RELEASE "([^"\n]*)"'))
		end
	end
end

function M.get_version_file(dir)
	return first_line(dir .. "/kernel-abiversion")
end

function M.get_localversion_file(dir)
	return first_line(dir .. "/kernel-localversion") or ""
end

return M
