# Init scripts: the links by which /etc/init.d/rc finds them, in their order.
#
#   INITSCRIPT_NAME = "dropbear"          the script in /etc/init.d
#   INITSCRIPT_PARAMS = "defaults 50"     at its place among the services (rc5.d)
#   INITSCRIPT_PARAMS = "start 20 S ."    at its place while the system comes up (rcS.d)
#
# With several packages: INITSCRIPT_PACKAGES, and :package on both. Whether a service starts is said by
# DPU_SERVICES (recipe dpu-base), not by being installed.

INITSCRIPT_PACKAGES ?= "${PN}"
INITSCRIPT_PARAMS ?= "defaults"
INIT_D_DIR = "${sysconfdir}/init.d"

do_install[postfuncs] += "update_rc_d_links"
do_install[vardeps] += "${@update_rc_d_vars(d)}"
lua update_rc_d_links() {
	if bb.data.inherits_class("native", d) then return end
	for package in d:getVar("INITSCRIPT_PACKAGES"):gmatch("%S+") do
		local name = update_rc_d_get(d, "INITSCRIPT_NAME", package)
		if name then
			for _, link in ipairs(update_rc_d_parse(name, update_rc_d_get(d, "INITSCRIPT_PARAMS", package))) do
				local path = d:getVar("D") .. d:getVar("sysconfdir") .. "/" .. link
				fs.mkdir(os.path.dirname(path))
				fs.remove(path)
				fs.symlink("../init.d/" .. name, path)
			end
		end
	end
}

function update_rc_d_vars(d)
	local names = {}
	for package in d:getVar("INITSCRIPT_PACKAGES"):gmatch("%S+") do
		names[#names + 1] = "INITSCRIPT_NAME:" .. package .. " INITSCRIPT_PARAMS:" .. package
	end
	return "INITSCRIPT_NAME INITSCRIPT_PARAMS " .. table.concat(names, " ")
end

function update_rc_d_get(d, name, package)
	return d:getVar(name .. ":" .. package) or d:getVar(name)
end

# What update-rc.d(8) takes: "defaults [NN [MM]]", or "start NN RUNLEVEL… . stop …". Run level 5 stands for
# all of 2 to 5; stopping needs no links, rc goes through the same list backwards.
function update_rc_d_parse(name, text)
	local links, words = {}, {}
	for word in text:gmatch("%S+") do words[#words + 1] = word end
	if words[1] == "defaults" then
		return {string.format("rc5.d/S%02d%s", math.tointeger(tonumber(words[2] or "20")), name)}
	end
	local i = 1
	while i <= #words do
		local verb, number = words[i], tonumber(words[i + 1] or "")
		if (verb ~= "start" and verb ~= "stop") or not number then
			bb.fatal("INITSCRIPT_PARAMS: " .. text .. ": want \"defaults NN\" or \"start NN RUNLEVEL… .\"")
		end
		i = i + 2
		local seen = {}
		while i <= #words and words[i] ~= "." do
			local level = words[i] == "S" and "S" or words[i]:match("^[2-5]$") and "5"
			if verb == "start" and level and not seen[level] then
				seen[level] = true
				links[#links + 1] = string.format("rc%s.d/S%02d%s", level, math.tointeger(number), name)
			end
			i = i + 1
		end
		i = i + 1
	end
	return links
end

# Other packages than the recipe's own ship their script and its links too.
lua () {
	for package in d:getVar("INITSCRIPT_PACKAGES"):gmatch("%S+") do
		local name = update_rc_d_get(d, "INITSCRIPT_NAME", package)
		if name and package ~= d:getVar("PN") then
			local etc = d:getVar("sysconfdir")
			d:appendVar("FILES:" .. package, " " .. etc .. "/init.d/" .. name .. " " .. etc .. "/rc?.d/S??" .. name)
		end
	end
}
