-- Licence expressions: SPDX identifiers with & (and), | (or) and parentheses; & binds closer.
local licence = {}

-- The first licence of an expression that is refused and cannot be avoided; nil when there is a way
-- around all of them. refused(name) → bool.
function licence.refused(expression, refused)
	local tokens, at = {}, 1
	for token in expression:gsub("[&|()]", " %0 "):gmatch("%S+") do tokens[#tokens + 1] = token end
	local any

	local function one()
		local token = tokens[at] or ""
		at = at + 1
		if token ~= "(" then return refused(token) and token or nil end
		local result = any()
		at = at + 1
		return result
	end

	-- A blank between two names counts as &.
	local function all()
		local result = one()
		while tokens[at] and tokens[at] ~= "|" and tokens[at] ~= ")" do
			if tokens[at] == "&" then at = at + 1 end
			result = one() or result
		end
		return result
	end

	function any()
		local result = all()
		while tokens[at] == "|" do
			at = at + 1
			local other = all()
			result = result and other
		end
		return result
	end

	return any()
end

-- Does a name match one of the patterns ("GPL-3.0*")?
function licence.matches(name, patterns)
	for pattern in patterns:gmatch("%S+") do
		local stem = pattern:match("^(.*)%*$")
		if name == pattern or stem and name:sub(1, #stem) == stem then return true end
	end
	return false
end

return licence
