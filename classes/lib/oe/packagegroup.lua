-- The packages behind image features: FEATURE_PACKAGES_<feature>, [optional] ones apart.
local M = {}

local function packages(features, d, optional)
	local found = {}
	for _, feature in ipairs(features) do
		local name = "FEATURE_PACKAGES_" .. feature
		local is_optional = (d:getVarFlag(name, "optional") or "") ~= ""
		if is_optional == optional then
			for package in (d:getVar(name) or ""):gmatch("%S+") do
				found[#found + 1] = package
			end
		end
	end
	return found
end

function M.required_packages(features, d)
	return packages(features, d, false)
end

function M.optional_packages(features, d)
	return packages(features, d, true)
end

function M.active_packages(features, d)
	local found = M.required_packages(features, d)
	for _, package in ipairs(M.optional_packages(features, d)) do
		found[#found + 1] = package
	end
	return found
end

return M
