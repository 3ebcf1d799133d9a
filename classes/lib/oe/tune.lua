-- A RISC-V instruction set name ("rv64gc_zba") as TUNE_FEATURES.
local M = {}

-- "g" stands for imafd_zicsr_zifencei; letters behind it come before the long names.
local function spell_out(isa)
	local before, after = isa:match("^(.-)g(.*)$")
	if not before or before:find("[zsx]") then
		return isa
	end
	return before .. "imafd" .. after .. "_zicsr_zifencei"
end

function M.riscv_isa_to_tune(isa)
	isa = isa:lower()
	local rest = isa:match("^rv(.*)$") or isa:match("^riscv(.*)$")
	if not rest then
		return isa
	end
	local features, seen = { "rv" }, { rv = true }
	rest = spell_out(rest)
	while rest ~= "" do
		local word, left = rest:match("^(%d+)(.*)$")
		if not word then
			word, left = rest:match("^([zsx][^_%s]*)(.*)$")
		end
		if not word then
			word, left = rest:match("^(.)(.*)$")
		end
		if not word:match("^[_%s]") and not seen[word] then
			seen[word] = true
			features[#features + 1] = word
		end
		rest = left
	end
	return table.concat(features, " ")
end

return M
