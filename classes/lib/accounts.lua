-- Users and groups of an image: carries out useradd, groupadd, usermod and groupmod lines on the files
-- etc/passwd, etc/group and etc/shadow of a tree. Ids that are not given are the highest free ones
-- below 1000 (system) or the lowest free from 1000, so the same lines in the same order give the same ids.
local accounts = {}

-- Options that take a value, by their long names; short ones are translated first.
local long = {r = "system", u = "uid", g = "gid", G = "groups", d = "home-dir", s = "shell", c = "comment",
	p = "password", m = "create-home", M = "no-create-home", N = "no-user-group", U = "user-group",
	a = "append", L = "lock", o = "non-unique", f = "force", l = "login"}
local takes_value = {uid = true, gid = true, groups = true, ["home-dir"] = true, home = true, shell = true,
	comment = true, password = true, login = true}

-- Words of a command line; quotes group, a backslash takes the next character as it is.
function accounts.words(text)
	local words, word, quote, at = {}, nil, nil, 1
	while at <= #text do
		local c = text:sub(at, at)
		if c == "\\" and quote ~= "'" then
			at = at + 1
			word = (word or "") .. text:sub(at, at)
		elseif quote then
			if c == quote then quote = nil else word = word .. c end
		elseif c == "'" or c == '"' then
			quote, word = c, word or ""
		elseif c:match("%s") then
			if word then words[#words + 1] = word end
			word = nil
		else
			word = (word or "") .. c
		end
		at = at + 1
	end
	if word then words[#words + 1] = word end
	return words
end

-- {"-r", "-g", "adm", "joe"} → {system = true, gid = "adm"}, "joe"
local function options(words, from)
	local found, name, at = {}, nil, from
	while at <= #words do
		local word = words[at]
		local key, value = word:match("^%-%-([^=]+)=?(.*)$")
		local short = not key and word:match("^%-(%a+)$")
		for i = 1, short and #short or 0 do
			key = long[short:sub(i, i)] or bb.fatal("accounts: " .. word .. " is not known")
			if i < #short then found[key] = true end
		end
		if key and takes_value[key] then
			if not value or value == "" then
				at = at + 1
				value = words[at]
			end
			found[key] = value
		elseif key then
			found[key] = true
		else
			name = word
		end
		at = at + 1
	end
	return found, name
end

-- --- the three files as tables -------------------------------------------------------------------

local function load(root, file)
	local lines = {}
	local path = root .. "/etc/" .. file
	for line in (fs.exists(path) and fs.read(path) or ""):gmatch("[^\n]+") do
		local fields = {}
		for field in (line .. ":"):gmatch("([^:]*):") do fields[#fields + 1] = field end
		lines[#lines + 1] = fields
		lines[fields[1]] = fields
	end
	return lines
end

local function save(root, file, lines, mode)
	local text = {}
	for _, fields in ipairs(lines) do text[#text + 1] = table.concat(fields, ":") .. "\n" end
	fs.mkdir(root .. "/etc")
	fs.write(root .. "/etc/" .. file, table.concat(text))
	fs.chmod(root .. "/etc/" .. file, mode)
end

local function add(lines, fields)
	lines[#lines + 1] = fields
	lines[fields[1]] = fields
end

local function free_id(lines, system)
	local used = {}
	for _, fields in ipairs(lines) do used[fields[3]] = true end
	local first, last, step = 1000, 59999, 1
	if system then first, last, step = 999, 100, -1 end
	for id = first, last, step do
		if not used[tostring(id)] then return tostring(id) end
	end
	bb.fatal("accounts: no id is free")
end

-- --- the commands --------------------------------------------------------------------------------

local command = {}

function command.groupadd(db, option, name)
	if db.group[name] then return end
	add(db.group, {name, "x", option.gid or free_id(db.group, option.system), ""})
end

local function join_groups(db, user, list)
	for name in (list or ""):gmatch("[^,]+") do
		local group = db.group[name]
		if not group then bb.fatal(("accounts: user %s: there is no group %s"):format(user, name)) end
		if not ("," .. group[4] .. ","):find("," .. user .. ",", 1, true) then
			group[4] = group[4] == "" and user or group[4] .. "," .. user
		end
	end
end

local function primary_group(db, option, name)
	if not option.gid then
		command.groupadd(db, {system = option.system}, name)
		return db.group[name][3]
	end
	if option.gid:match("^%d+$") then return option.gid end
	local group = db.group[option.gid]
	if not group then bb.fatal(("accounts: user %s: there is no group %s"):format(name, option.gid)) end
	return group[3]
end

function command.useradd(db, option, name)
	if db.passwd[name] then return end
	local gid = primary_group(db, option, name)
	add(db.passwd, {name, "x", option.uid or free_id(db.passwd, option.system), gid, option.comment or "",
		option["home-dir"] or "/home/" .. name, option.shell or "/bin/sh"})
	add(db.shadow, {name, option.password or "!", "", "0", "99999", "7", "", "", ""})
	join_groups(db, name, option.groups)
end

function command.usermod(db, option, name)
	local user = db.passwd[name] or bb.fatal("accounts: usermod: there is no user " .. name)
	if not db.shadow[name] then add(db.shadow, {name, "!", "", "0", "99999", "7", "", "", ""}) end
	local shadow = db.shadow[name]
	shadow[2] = option.password or shadow[2]
	if option.lock and shadow[2]:sub(1, 1) ~= "!" then shadow[2] = "!" .. shadow[2] end
	user[5] = option.comment or user[5]
	user[6] = option.home or option["home-dir"] or user[6]
	user[7] = option.shell or user[7]
	join_groups(db, name, option.groups)
end

-- Carries out "command options name" lines (";" or line ends between them) on the tree root.
function accounts.apply(root, text)
	if not text:find("%S") then return end
	local db = {passwd = load(root, "passwd"), group = load(root, "group"), shadow = load(root, "shadow")}
	for line in text:gmatch("[^;\n]+") do
		local words = accounts.words(line)
		local run = command[words[1]]
		if words[1] and not run then
			bb.fatal("accounts: " .. words[1] .. ": only useradd, groupadd and usermod are known")
		elseif run then
			local option, name = options(words, 2)
			if not name then bb.fatal("accounts: no name in: " .. line) end
			run(db, option, name)
		end
	end
	save(root, "passwd", db.passwd, 420)     -- 0644
	save(root, "group", db.group, 420)
	save(root, "shadow", db.shadow, 384)     -- 0600
end

return accounts
