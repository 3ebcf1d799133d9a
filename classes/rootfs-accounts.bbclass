# Accounts that packages of an image ask for: the lines of ${nonarch_libdir}/sysusers.d (useradd) become accounts
# in /etc/passwd, group and shadow. What is there already stays as it is.

ROOTFS_POSTPROCESS_COMMAND += "rootfs_accounts"

lua rootfs_accounts() {
	local etc = d:getVar("IMAGE_ROOTFS") .. d:getVar("sysconfdir") .. "/"
	local lines = {}
	for _, file in ipairs(fs.glob(d:getVar("IMAGE_ROOTFS") .. d:getVar("nonarch_libdir") .. "/sysusers.d/*.conf")) do
		for line in fs.read(file):gmatch("[^\n]+") do lines[#lines + 1] = line end
	end
	-- Groups before the users in them, users before their memberships.
	for _, kind in ipairs{"g", "u", "m"} do
		for _, line in ipairs(lines) do
			if line:sub(1, 2) == kind .. " " then rootfs_account(etc, kind, line) end
		end
	end
}

# "g NAME GID" | 'u NAME UID:GROUP "COMMENT" HOME SHELL' | "m USER GROUP"
function rootfs_account(etc, kind, line)
	if kind == "g" then
		local name, gid = line:match("^g (%S+) (%d+)$")
		rootfs_account_add(etc .. "group", name, gid, name .. ":x:" .. gid .. ":")
	elseif kind == "u" then
		local name, uid, group, comment, home, shell = line:match('^u (%S+) (%d+):(%S+) "(.-)" (%S+) (%S+)$')
		local gid = group:match("^%d+$") or fs.read(etc .. "group"):match("\n" .. group:gsub("%W", "%%%0") .. ":[^:]*:(%d+)")
		if not gid then bb.fatal("account " .. name .. ": there is no group " .. group) end
		rootfs_account_add(etc .. "passwd", name, uid, table.concat({name, "x", uid, gid, comment, home, shell}, ":"))
		rootfs_account_add(etc .. "shadow", name, nil, name .. ":*:19700::::::")
	else
		rootfs_account_join(etc .. "group", line:match("^m (%S+) (%S+)$"))
	end
end

# Adds text unless the name is there; an account of another name with the same number is an error.
function rootfs_account_add(file, name, number, text)
	local old = fs.read(file)
	for line in old:gmatch("[^\n]+") do
		local other, id = line:match("^([^:]*):[^:]*:([^:]*)")
		if other == name then return end
		if number and id == number then
			bb.fatal(os.path.basename(file) .. ": " .. name .. " and " .. other .. " both have number " .. id
				.. ": give one of them another in USERADD_UIDS or USERADD_GIDS")
		end
	end
	fs.write(file, old .. text .. "\n")
end

function rootfs_account_join(file, user, group)
	local lines = {}
	for line in fs.read(file):gmatch("[^\n]+") do
		local name, members = line:match("^([^:]*):.*:([^:]*)$")
		if name == group and not ("," .. members .. ","):find("," .. user .. ",", 1, true) then
			line = line .. (members == "" and "" or ",") .. user
		end
		lines[#lines + 1] = line
	end
	fs.write(file, table.concat(lines, "\n") .. "\n")
end
