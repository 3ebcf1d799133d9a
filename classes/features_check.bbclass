# Leaves a recipe out, with the reason, unless features are as it needs them:
#   REQUIRED_DISTRO_FEATURES       all of them       ANY_OF_DISTRO_FEATURES   one of them
#   CONFLICT_DISTRO_FEATURES       none of them      the same with MACHINE, COMBINED, IMAGE

# Is this word of `want` in the text `have`?
function features_check_has(have, word)
	return (" " .. have:gsub("%s+", " ") .. " "):find(" " .. word .. " ", 1, true) ~= nil
end

function features_check_reason(d, kind)
	local have = d:getVar(kind .. "_FEATURES") or ""
	local any = d:getVar("ANY_OF_" .. kind .. "_FEATURES") or ""
	local found = not any:find("%S")
	for word in any:gmatch("%S+") do found = found or features_check_has(have, word) end
	if not found then
		return "one of '" .. any .. "' needs to be in " .. kind .. "_FEATURES"
	end
	for word in (d:getVar("REQUIRED_" .. kind .. "_FEATURES") or ""):gmatch("%S+") do
		if not features_check_has(have, word) then
			return "missing required " .. kind:lower() .. " feature '" .. word .. "' (not in " .. kind .. "_FEATURES)"
		end
	end
	for word in (d:getVar("CONFLICT_" .. kind .. "_FEATURES") or ""):gmatch("%S+") do
		if features_check_has(have, word) then
			return "conflicting " .. kind:lower() .. " feature '" .. word .. "' (in " .. kind .. "_FEATURES)"
		end
	end
end

lua () {
	if bb.data.inherits_class("native", d) then return end
	for _, kind in ipairs{"DISTRO", "MACHINE", "COMBINED", "IMAGE"} do
		local reason = features_check_reason(d, kind)
		if reason then bb.skip(reason) end
	end
}
