# Units of systemd: enabled by links while the package is made, left out where the distro has another init.
#
#   SYSTEMD_SERVICE:${PN} = "foo.service"         which units a package has (SYSTEMD_PACKAGES: which packages)
#   SYSTEMD_AUTO_ENABLE:${PN} = "disable"         default: enable

SYSTEMD_PACKAGES ?= "${PN}"
SYSTEMD_AUTO_ENABLE ??= "enable"

do_install[postfuncs] += "systemd_install_links"
do_install[vardeps] += "${@systemd_vars(d)}"
lua systemd_install_links() {
	if bb.data.inherits_class("native", d) then return end
	local root, dir = d:getVar("D"), d:getVar("systemd_system_unitdir")
	if not bb.utils.contains("DISTRO_FEATURES", "systemd", true, false, d) then
		fs.remove(root .. d:getVar("systemd_unitdir"))
		return
	end
	for package in d:getVar("SYSTEMD_PACKAGES"):gmatch("%S+") do
		local enable = d:getVar("SYSTEMD_AUTO_ENABLE:" .. package) or d:getVar("SYSTEMD_AUTO_ENABLE")
		for unit in (d:getVar("SYSTEMD_SERVICE:" .. package) or ""):gmatch("%S+") do
			local path = root .. dir .. "/" .. unit
			if not fs.exists(path) then
				bb.fatal("SYSTEMD_SERVICE:" .. package .. ": " .. unit .. " was not installed in " .. dir)
			end
			if enable == "enable" then systemd_enable(root, d:getVar("sysconfdir"), dir, unit) end
		end
	end
}

function systemd_vars(d)
	local names = {"SYSTEMD_PACKAGES SYSTEMD_AUTO_ENABLE"}
	for package in d:getVar("SYSTEMD_PACKAGES"):gmatch("%S+") do
		names[#names + 1] = "SYSTEMD_SERVICE:" .. package .. " SYSTEMD_AUTO_ENABLE:" .. package
	end
	return table.concat(names, " ")
end

# The links systemctl enable would make of [Install]: WantedBy, RequiredBy, Alias.
function systemd_enable(root, etc, dir, unit)
	for line in fs.read(root .. dir .. "/" .. unit):gmatch("[^\n]+") do
		local key, names = line:match("^%s*(%w+)%s*=%s*(.*)$")
		local kind = ({WantedBy = ".wants", RequiredBy = ".requires"})[key or ""]
		for name in ((kind or key == "Alias") and names or ""):gmatch("%S+") do
			local link = root .. etc .. "/systemd/system/" .. (kind and name .. kind .. "/" .. unit or name)
			fs.mkdir(os.path.dirname(link))
			fs.remove(link)
			fs.symlink(dir .. "/" .. unit, link)
		end
	end
end

lua () {
	for package in d:getVar("SYSTEMD_PACKAGES"):gmatch("%S+") do
		for unit in (d:getVar("SYSTEMD_SERVICE:" .. package) or ""):gmatch("%S+") do
			d:appendVar("FILES:" .. package, " ${systemd_system_unitdir}/" .. unit
				.. " ${sysconfdir}/systemd/system/*/" .. unit)
		end
	end
}
