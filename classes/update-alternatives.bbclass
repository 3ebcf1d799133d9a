# Commands that several packages bring (vi of busybox and of vim). Each keeps its own under NAME.RECIPE and says
# so in a file of ${datadir}/alternatives; when an image is made, the link NAME goes to the one with the
# highest priority (rootfs_alternatives below).
#
#   ALTERNATIVE:${PN} = "vi"                    names that package has
#   ALTERNATIVE_PRIORITY = "50"                 also [vi], and ALTERNATIVE_PRIORITY_package[vi]
#   ALTERNATIVE_LINK_NAME[vi] = "${bindir}/vi"  where the link is (default: in ${bindir})
#   ALTERNATIVE_TARGET[vi] = "…"                what it leads to (default: the link's name)

ALTERNATIVE_PRIORITY ?= "10"
alternatives_dir = "${datadir}/alternatives"

do_install[postfuncs] += "update_alternatives_install"
do_install[vardeps] += "${@update_alternatives_vars(d)}"
lua update_alternatives_install() {
	if bb.data.inherits_class("native", d) then return end
	for _, package in ipairs(update_alternatives_packages(d)) do
		local lines = {}
		for name in (d:getVar("ALTERNATIVE:" .. package) or ""):gmatch("%S+") do
			local link, target = update_alternatives_paths(d, package, name)
			update_alternatives_rename(d:getVar("D"), link, target)
			lines[#lines + 1] = link .. " " .. target .. " " .. update_alternatives_priority(d, package, name)
		end
		if #lines > 0 then
			local dir = d:getVar("D") .. d:getVar("alternatives_dir")
			fs.mkdir(dir)
			fs.write(dir .. "/" .. package, table.concat(lines, "\n") .. "\n")
		end
	end
}

function update_alternatives_packages(d)
	local list = {}
	for package in (d:getVar("PACKAGES") or ""):gmatch("%S+") do
		if d:getVar("ALTERNATIVE:" .. package) then list[#list + 1] = package end
	end
	return list
end

function update_alternatives_vars(d)
	local names = {"ALTERNATIVE_PRIORITY ALTERNATIVE_TARGET ALTERNATIVE_LINK_NAME"}
	for _, package in ipairs(update_alternatives_packages(d)) do
		for _, name in ipairs{"PRIORITY", "TARGET", "LINK_NAME"} do
			names[#names + 1] = "ALTERNATIVE_" .. name .. "_" .. package
		end
		names[#names + 1] = "ALTERNATIVE:" .. package
	end
	return table.concat(names, " ")
end

function update_alternatives_flag(d, variable, package, name)
	return d:getVarFlag(variable .. "_" .. package, name) or d:getVarFlag(variable, name)
end

# The link, and what it leads to: where that was installed as the link itself, its own name.
function update_alternatives_paths(d, package, name)
	local link = update_alternatives_flag(d, "ALTERNATIVE_LINK_NAME", package, name) or d:getVar("bindir") .. "/" .. name
	local target = update_alternatives_flag(d, "ALTERNATIVE_TARGET", package, name)
		or d:getVar("ALTERNATIVE_TARGET_" .. package) or d:getVar("ALTERNATIVE_TARGET") or link
	if target:sub(1, 1) ~= "/" then target = os.path.dirname(link) .. "/" .. target end
	if target == link then target = link .. "." .. d:getVar("BPN") end
	return link, target
end

function update_alternatives_priority(d, package, name)
	return update_alternatives_flag(d, "ALTERNATIVE_PRIORITY", package, name)
		or d:getVar("ALTERNATIVE_PRIORITY_" .. package) or d:getVar("ALTERNATIVE_PRIORITY")
end

function update_alternatives_rename(root, link, target)
	local there = fs.stat(root .. link)
	if fs.stat(root .. target) then
		if there then fs.remove(root .. link) end
	elseif there then
		fs.rename(root .. link, root .. target)
	else
		bb.fatal("ALTERNATIVE: neither " .. link .. " nor " .. target .. " was installed")
	end
end

# The files named by an alternative belong to its package, under their own names.
lua () {
	for _, package in ipairs(update_alternatives_packages(d)) do
		local files = d:getVar("alternatives_dir") .. "/" .. package
		for name in d:getVar("ALTERNATIVE:" .. package):gmatch("%S+") do
			local link, target = update_alternatives_paths(d, package, name)
			if (" " .. (d:getVar("FILES:" .. package) or "") .. " "):find(" " .. link .. " ", 1, true) then
				files = files .. " " .. target
			end
		end
		d:appendVar("FILES:" .. package, " " .. files)
	end
}
