# System accounts a package needs, in the words of useradd(8) and groupadd(8):
#
#   USERADD_PACKAGES = "${PN}"
#   GROUPADD_PARAM:${PN} = "--system ntp"
#   USERADD_PARAM:${PN} = "--system --home-dir /var/lib/ntp --shell /bin/false --gid ntp ntp; …"
#   GROUPMEMS_PARAM:${PN} = "--add ntp --group dialout"
#
# They become a file in ${nonarch_libdir}/sysusers.d (sysusers.d(5)); when an image is made, its accounts are added
# (rootfs_accounts). Numbers come from USERADD_UIDS and USERADD_GIDS ("ntp:123 …") or, where an account is in
# neither, from the options --uid and --gid, else from the name, so that they never depend on the order of things.

USERADD_UIDS ??= ""
USERADD_GIDS ??= ""

# Files of packages belong to root, in this root file system: what do_install says about owners is noted in its log
# and else without effect. Modes are kept.
chown() {
	bbnote "not done, for files of packages are root's: chown $*"
}

chgrp() {
	bbnote "not done, for files of packages are root's: chgrp $*"
}

# install -o USER -g GROUP …: the same without owners.
install() {
	useradd_skip=
	for word; do
		shift
		case "$useradd_skip$word" in
		-o|-g) useradd_skip=next ;;
		--owner=*|--group=*) bbnote "not done, for files of packages are root's: $word" ;;
		next*) bbnote "not done, for files of packages are root's: owner $word"; useradd_skip= ;;
		*) set -- "$@" "$word" ;;
		esac
	done
	command install "$@"
}

do_install[postfuncs] += "useradd_install"
do_install[vardeps] += "${@useradd_vars(d)} USERADD_UIDS USERADD_GIDS"
lua useradd_install() {
	if bb.data.inherits_class("native", d) then return end
	for package in (d:getVar("USERADD_PACKAGES") or ""):gmatch("%S+") do
		local lines = {}
		for words in useradd_commands(d:getVar("GROUPADD_PARAM:" .. package)) do
			lines[#lines + 1] = useradd_group_line(d, words)
		end
		for words in useradd_commands(d:getVar("USERADD_PARAM:" .. package)) do
			useradd_user_lines(d, words, lines)
		end
		for words in useradd_commands(d:getVar("GROUPMEMS_PARAM:" .. package)) do
			local options = useradd_options(words)
			lines[#lines + 1] = "m " .. (options.add or options.a) .. " " .. (options.group or options.g)
		end
		local dir = d:getVar("D") .. d:getVar("nonarch_libdir") .. "/sysusers.d"
		fs.mkdir(dir)
		fs.write(dir .. "/" .. package .. ".conf", table.concat(lines, "\n") .. "\n")
	end
}

function useradd_vars(d)
	local names = {"USERADD_PACKAGES"}
	for package in (d:getVar("USERADD_PACKAGES") or ""):gmatch("%S+") do
		for _, name in ipairs{"USERADD_PARAM:", "GROUPADD_PARAM:", "GROUPMEMS_PARAM:"} do
			names[#names + 1] = name .. package
		end
	end
	return table.concat(names, " ")
end

# Iterator over the ";"-separated command lines of a parameter; each is a list of words, quotes honoured.
function useradd_commands(text)
	local commands, words, word, quote = {}, {}, nil, nil
	local function end_word()
		if word then words[#words + 1] = word end
		word = nil
	end
	local function end_command()
		end_word()
		if #words > 0 then commands[#commands + 1] = words end
		words = {}
	end
	for c in (text or ""):gmatch(".") do
		if quote then
			if c == quote then quote = nil else word = word .. c end
		elseif c == "'" or c == '"' then
			quote, word = c, word or ""
		elseif c == ";" then
			end_command()
		elseif c:match("%s") then
			end_word()
		else
			word = (word or "") .. c
		end
	end
	end_command()
	local i = 0
	return function()
		i = i + 1
		return commands[i]
	end
end


# Words to a table: options by name without dashes, the account as .name. Options that are no flag take the next
# word as value, or what follows "=".
function useradd_options(words)
	local flags = " system r no-create-home M create-home m user-group U no-user-group N non-unique o force f no-log-init l "
	local options, i = {}, 1
	while i <= #words do
		local option, value = words[i]:match("^%-%-?([%w-]+)=?(.*)$")
		if not option then
			options.name = words[i]
		elseif flags:find(" " .. option .. " ", 1, true) then
			options[option] = true
		elseif value ~= "" then
			options[option] = value
		else
			i = i + 1
			options[option] = words[i]
		end
		i = i + 1
	end
	return options
end

# The number of an account: the table's, the option's, else 200 to 899 by its name.
function useradd_number(table_text, option, name)
	local fixed = (" " .. table_text .. " "):match("%s" .. name:gsub("%W", "%%%0") .. ":(%d+)%s")
	if fixed or option then return fixed or option end
	return tostring(200 + tonumber(hash.sha256(name):sub(1, 6), 16) % 700)
end

function useradd_group_line(d, words)
	local options = useradd_options(words)
	return "g " .. options.name .. " " .. useradd_number(d:getVar("USERADD_GIDS"), options.gid or options.g, options.name)
end

function useradd_user_lines(d, words, lines)
	local options = useradd_options(words)
	local name, group = options.name, options.gid or options.g
	local uid = useradd_number(d:getVar("USERADD_UIDS"), options.uid or options.u, name)
	if not group and not (options.N or options["no-user-group"]) then
		group = name
		lines[#lines + 1] = "g " .. name .. " " .. useradd_number(d:getVar("USERADD_GIDS"), nil, name)
	end
	lines[#lines + 1] = string.format('u %s %s:%s "%s" %s %s', name, uid, group or "nogroup",
		options.comment or options.c or "", options["home-dir"] or options.home or options.d or "/nonexistent",
		options.shell or options.s or "/bin/false")
	for other in (options.groups or options.G or ""):gmatch("[^,]+") do
		lines[#lines + 1] = "m " .. name .. " " .. other
	end
end

lua () {
	for package in (d:getVar("USERADD_PACKAGES") or ""):gmatch("%S+") do
		d:appendVar("FILES:" .. package, " ${nonarch_libdir}/sysusers.d/" .. package .. ".conf")
	end
}
