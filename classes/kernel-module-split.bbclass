# One package for each module: kernel-module-NAME, which needs the packages of the modules it uses.
#
# KERNEL_MODULE_AUTOLOAD = "NAME…"      loaded at boot (/etc/modules-load.d)
# KERNEL_MODULE_PROBECONF = "NAME…"     with options: module_conf_NAME = "options NAME key=value"

KERNEL_SPLIT_MODULES ?= "1"
KERNEL_MODULE_AUTOLOAD ?= ""
KERNEL_MODULE_PROBECONF ?= ""
KERNEL_MODULE_PACKAGE_PREFIX ?= ""
KERNEL_MODULES_META_PACKAGE ?= "${@d.getVar('KERNEL_PACKAGE_NAME') or 'kernel'}-modules"
modulesloaddir ??= "${sysconfdir}/modules-load.d"
modprobedir ??= "${sysconfdir}/modprobe.d"

PACKAGE_PREPROCESS_FUNCS += "kernel_module_settings"
PACKAGESPLITFUNCS =+ "split_kernel_module_packages"
do_package[vardeps] += "KERNEL_SPLIT_MODULES KERNEL_MODULE_AUTOLOAD ${@kernel_module_conf_names(d)}"

# Autoload and option files, for modules this recipe has.
lua kernel_module_settings() {
	local root = d:getVar("PKGD")
	local autoload = kernel_words(d:getVar("KERNEL_MODULE_AUTOLOAD"))
	local probeconf = kernel_words(d:getVar("KERNEL_MODULE_PROBECONF"))
	for _, module in ipairs(kernel_module_list(d)) do
		if autoload[module.name] then
			kernel_write(root .. d:getVar("modulesloaddir"), module.name .. ".conf", module.name)
		end
		if probeconf[module.name] then
			kernel_write(root .. d:getVar("modprobedir"), module.name .. ".conf",
				d:getVar("module_conf_" .. module.name) or "")
		end
	end
}

lua split_kernel_module_packages() {
	local modules = kernel_module_list(d)
	local meta = d:getVar("KERNEL_MODULES_META_PACKAGE")
	if d:getVar("KERNEL_SPLIT_MODULES") ~= "1" then
		d:appendVar("FILES:" .. meta, d:expand(" ${nonarch_base_libdir}/modules ${modulesloaddir} ${modprobedir}"))
		return
	end
	for _, module in ipairs(modules) do
		local package = kernel_module_package(d, module.name)
		d:setVar("PACKAGES", package .. " " .. d:getVar("PACKAGES"))
		kernel_module_describe(d, module, package)
		d:appendVar("RDEPENDS:" .. meta, " " .. package)
	end
	d:setVar("ALLOW_EMPTY:" .. meta, "1")
}

function kernel_module_describe(d, module, package)
	local info = kernel_modinfo(d, d:getVar("PKGD") .. module.path)
	local conf = module.name .. ".conf"
	d:setVar("FILES:" .. package, module.path .. " " .. d:getVar("modulesloaddir") .. "/" .. conf
		.. " " .. d:getVar("modprobedir") .. "/" .. conf)
	d:setVar("SUMMARY:" .. package, info.description or ("Kernel module " .. module.name))
	d:appendVar("RDEPENDS:" .. package, " " .. (d:getVar("KERNEL_PACKAGE_NAME") or "kernel") .. "-base")
	for name in (info.depends or ""):gmatch("[^,]+") do
		d:appendVar("RDEPENDS:" .. package, " " .. kernel_module_package(d, name))
	end
end

# kernel-module-NAME; module names use _ and - alike, package names only -.
function kernel_module_package(d, name)
	return d:getVar("KERNEL_MODULE_PACKAGE_PREFIX") .. "kernel-module-" .. name:lower():gsub("_", "-")
end

# {name=, path=} of each module below PKGD, sorted. The name is what lsmod says: with _.
function kernel_module_list(d)
	local root, list = d:getVar("PKGD"), {}
	local top = d:getVar("nonarch_base_libdir") .. "/modules"
	if not fs.isdir(root .. top) then return list end
	for _, entry in ipairs(fs.walk(root .. top)) do
		local name = entry.type == "file" and entry.path:match("([^/]+)%.ko$")
		if name then list[#list + 1] = {name = name:gsub("-", "_"), path = top .. "/" .. entry.path} end
	end
	table.sort(list, function(a, b) return a.path < b.path end)
	return list
end

# Fields of the module's .modinfo section; of repeated ones the first.
function kernel_modinfo(d, path)
	local section = d:getVar("T") .. "/modinfo"
	bb.run{d:getVar("OBJCOPY"), "-O", "binary", "--only-section=.modinfo", path, section}
	local info = {}
	for key, value in fs.read(section):gmatch("([^=\0]+)=([^\0]*)") do
		info[key] = info[key] or value
	end
	return info
end

function kernel_module_conf_names(d)
	return ((" " .. (d:getVar("KERNEL_MODULE_PROBECONF") or "")):gsub("%s+(%S+)", " module_conf_%1"))
end

function kernel_words(text)
	local set = {}
	for word in (text or ""):gmatch("%S+") do set[word:gsub("-", "_")] = true end
	return set
end

function kernel_write(dir, name, line)
	fs.mkdir(dir)
	fs.write(dir .. "/" .. name, line .. "\n")
end
