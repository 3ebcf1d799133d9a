-- Package URLs for bills of materials.
local M = {}

local function quote(text)
	return (text:gsub("[^%w_.~-]", function(c)
		return string.format("%%%02X", c:byte())
	end))
end

-- pkg:yocto/LAYER/NAME@VERSION
function M.get_base_purl(d)
	local name = quote(d:getVar("BPN"):lower()) .. "@" .. quote(d:getVar("PV"))
	local layer = d:getVar("FILE_LAYERNAME") or ""
	if layer ~= "" then
		name = quote(layer:lower()) .. "/" .. name
	end
	return "pkg:yocto/" .. name
end

return M
