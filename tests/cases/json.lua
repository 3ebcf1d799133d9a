-- Reads JSON text into tables. Arrays and objects are plain tables; null is json.null, so that a member
-- that is null can be told from one that is not there.
local json = { null = {} }

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local value

local function fail(at, what)
	error(("JSON: byte %d: %s"):format(at, what), 0)
end

local function skip(text, at)
	return text:match("^[ \t\r\n]*()", at)
end

-- \uXXXX, with a second half when it is the first of a surrogate pair.
local function unicode(text, at)
	local code = tonumber(text:match("^%x%x%x%x", at) or fail(at, "bad \\u"), 16)
	at = at + 4
	if code >= 0xd800 and code < 0xdc00 then
		local low = text:match("^\\u(%x%x%x%x)", at)
		if low then
			code = 0x10000 + (code - 0xd800) * 0x400 + tonumber(low, 16) - 0xdc00
			at = at + 6
		end
	end
	return utf8.char(code), at
end

local function string_at(text, at)
	local parts = {}
	at = at + 1
	while true do
		local plain, stop = text:match('^([^"\\]*)()', at)
		parts[#parts + 1] = plain
		local c = text:sub(stop, stop)
		if c == '"' then return table.concat(parts), stop + 1 end
		if c == "" then fail(at, "string without end") end
		local e = text:sub(stop + 1, stop + 1)
		if e == "u" then
			parts[#parts + 1], at = unicode(text, stop + 2)
		else
			parts[#parts + 1] = escapes[e] or fail(stop, "bad escape")
			at = stop + 2
		end
	end
end

local function members(text, at, close, read)
	at = skip(text, at + 1)
	if text:sub(at, at) == close then return at + 1 end
	while true do
		at = skip(text, read(at))
		local c = text:sub(at, at)
		if c == close then return at + 1 end
		if c ~= "," then fail(at, "expected , or " .. close) end
		at = skip(text, at + 1)
	end
end

local function object_at(text, at)
	local t = {}
	at = members(text, at, "}", function(from)
		local key, colon = string_at(text, from)
		colon = skip(text, colon)
		if text:sub(colon, colon) ~= ":" then fail(colon, "expected :") end
		t[key], from = value(text, colon + 1)
		return from
	end)
	return t, at
end

local function array_at(text, at)
	local t = {}
	at = members(text, at, "]", function(from)
		t[#t + 1], from = value(text, from)
		return from
	end)
	return t, at
end

function value(text, at)
	at = skip(text, at)
	local c = text:sub(at, at)
	if c == "{" then return object_at(text, at) end
	if c == "[" then return array_at(text, at) end
	if c == '"' then return string_at(text, at) end
	for word, meaning in pairs({ ["true"] = true, ["false"] = false, null = json.null }) do
		if text:sub(at, at + #word - 1) == word then return meaning, at + #word end
	end
	local number, stop = text:match("^(-?[%d.eE+-]+)()", at)
	return tonumber(number or fail(at, "expected a value")), stop
end

function json.decode(text)
	local v, at = value(text, 1)
	if skip(text, at) <= #text then fail(at, "something behind the value") end
	return v
end

return json
