-- Where Rust names an architecture otherwise than `uname -m`.
local M = {}

function M.arch_to_rust_arch(arch)
	return arch == "ppc64le" and "powerpc64le" or arch
end

return M
