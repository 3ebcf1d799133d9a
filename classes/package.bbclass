# do_package: splits what do_install left in D into packages, moves debugging symbols away, finds the
# dependencies between shared libraries and writes down what others need to know (PKGDATA_DIR). do_package_qa
# looks at the result together with the packages it needs at run time.
# Another recipe or an image sees the result as PKGSPLIT_DIR/ARCH/PN/PACKAGE/… and PKGDATA_DIR/ARCH/PN/….

PKGD = "${WORKDIR}/package"
PKGDEST = "${WORKDIR}/packages-split"
PKGDESTWORK = "${WORKDIR}/pkgdata"

# Functions that change PKGD before it is split; functions that split it (they may add to PACKAGES); checks.
PACKAGE_PREPROCESS_FUNCS ?= ""
PACKAGESPLITFUNCS ?= "populate_packages"
PACKAGE_QA_FUNCS ?= ""

INHIBIT_PACKAGE_STRIP ?= "0"
INHIBIT_PACKAGE_DEBUG_SPLIT ?= "0"

# Fields of a package that RDEPENDS:pkg and the like may set, written to its data in this order. Those of
# the second list fall back to the recipe's own.
PACKAGE_FIELDS = "RDEPENDS RRECOMMENDS RSUGGESTS RPROVIDES RREPLACES RCONFLICTS CONFFILES"
PACKAGE_FIELDS_COMMON = "LICENSE SUMMARY DESCRIPTION SECTION"
# Fields that only steer do_package.
PACKAGE_FIELDS_OTHER = "FILES ALLOW_EMPTY INSANE_SKIP PRIVATE_LIBS ${PACKAGE_SCRIPTS}"
PACKAGE_SCRIPTS = "pkg_preinst pkg_postinst pkg_prerm pkg_postrm"
# What such a script may call: images have it done already.
PACKAGE_SCRIPT_COMMANDS = "set : true exit if then else fi ldconfig /sbin/ldconfig depmod"

addtask package after do_install before do_build
# Libraries of dependencies: their SONAMEs are in the dependencies' package data.
do_package[deptask] = "do_package"
do_package[dirs] = "${PKGD}"
do_package[cleandirs] = "${PKGD}"
do_package[sstate-inputdirs] = "${PKGDEST} ${PKGDESTWORK}"
do_package[sstate-outputdirs] = "${PKGSPLIT_DIR}/${PACKAGE_ARCH}/${PN} ${PKGDATA_DIR}/${PACKAGE_ARCH}/${PN}"
do_package[vardeps] += "${PACKAGE_PREPROCESS_FUNCS} ${PACKAGESPLITFUNCS} ${PACKAGE_VARS} ERROR_QA"
do_package[file-checksums] += "${@package_modules(d, 'split debugsplit shlibs pkgdata elf')}"
lua do_package() {
	bb.exec_func("package_copy", d)
	package_each(d, d:getVar("PACKAGE_PREPROCESS_FUNCS"))
	bb.exec_func("package_strip", d)
	package_each(d, d:getVar("PACKAGESPLITFUNCS"))
	bb.exec_func("package_shlibs", d)
	bb.exec_func("package_data", d)
	package_qa_end(d)
}

function package_each(d, functions)
	for name in (functions or ""):gmatch("%S+") do bb.exec_func(name, d) end
end

addtask package_qa after do_package before do_build
# Packages may need each other in a circle, so it is this task that waits for them, not do_package. An
# image finds the packages of its packages by it.
do_package_qa[rdeptask] = "do_package"
do_package_qa[sstate-plaindirs] = "${WORKDIR}/package-qa"
do_package_qa[vardeps] += "${PACKAGE_QA_FUNCS} ERROR_QA ${@package_skip_vars(d)}"
lua do_package_qa() {
	package_each(d, d:getVar("PACKAGE_QA_FUNCS"))
	package_qa_end(d)
}

# Every NAME:package that do_package reads, and what stands for those that are not set.
PACKAGE_VARS = "${@package_vars(d)}"
PACKAGE_VARS[vardepvalue] = "${PACKAGE_VARS}"

function package_vars(d)
	local fields = d:expand("${PACKAGE_FIELDS} ${PACKAGE_FIELDS_COMMON} ${PACKAGE_FIELDS_OTHER}")
	local names = {d:getVar("PACKAGE_FIELDS_COMMON")}
	for pkg in (d:getVar("PACKAGES") or ""):gmatch("%S+") do
		for field in fields:gmatch("%S+") do
			names[#names + 1] = field .. ":" .. pkg
		end
	end
	return table.concat(names, " ")
end

function package_skip_vars(d)
	local names = {"INSANE_SKIP"}
	for pkg in (d:getVar("PACKAGES") or ""):gmatch("%S+") do names[#names + 1] = "INSANE_SKIP:" .. pkg end
	return table.concat(names, " ")
end

# [file-checksums] of the modules in classes/lib a task uses: what they do is part of its hash.
function package_modules(d, names)
	local list = {}
	for name in names:gmatch("%S+") do
		list[#list + 1] = d:getVar("COREBASE") .. "/classes/lib/" .. name .. ".lua:True"
	end
	return table.concat(list, " ")
end

# --- the steps ------------------------------------------------------------------------------------

# A copy, for functions of recipes may write into its files while the sysroot shares those of D.
package_copy() {
	cp -a ${D}/. ${PKGD}/
}

lua package_strip() {
	if d:getVar("INHIBIT_PACKAGE_STRIP") == "1" then return end
	local debugsplit = require "debugsplit"
	local root = d:getVar("PKGD")
	debugsplit.run(root, fs.walk(root), {
		strip = d:getVar("STRIP"), objcopy = d:getVar("OBJCOPY"),
		debug = d:getVar("INHIBIT_PACKAGE_DEBUG_SPLIT") ~= "1",
	})
}

lua populate_packages() {
	local split = require "split"
	local root, dest = d:getVar("PKGD"), d:getVar("PKGDEST")
	local packages, seen = {}, {}
	for name in d:getVar("PACKAGES"):gmatch("%S+") do
		if seen[name] then bb.warn("PACKAGES names " .. name .. " twice") end
		if not seen[name] then
			packages[#packages + 1] = {name = name, files = d:getVar("FILES:" .. name) or ""}
		end
		seen[name] = true
	end
	local entries = fs.walk(root)
	local owned, left = split.assign(entries, packages)
	local modes = split.modes(entries)
	for _, package in ipairs(packages) do
		if #owned[package.name] > 0 or d:getVar("ALLOW_EMPTY:" .. package.name) == "1" then
			split.populate(root, dest .. "/" .. package.name, owned[package.name], modes)
		end
	end
	package_report_left(d, left)
}

lua package_shlibs() {
	local shlibs, pkgdata = require "shlibs", require "pkgdata"
	local dest = d:getVar("PKGDEST")
	local libdirs = {[d:getVar("libdir")] = true, [d:getVar("base_libdir")] = true,
		[d:getVar("nonarch_base_libdir")] = true}
	local scans = {}
	for _, name in ipairs(fs.list(dest)) do
		if not name:match("%-dbg$") then
			local tree = dest .. "/" .. name
			scans[name] = shlibs.scan(tree, fs.walk(tree), libdirs, d:getVar("PRIVATE_LIBS:" .. name))
		end
	end
	local outside = {}
	for _, dep in ipairs(bb.taskdeps(d)) do
		if dep.task == "do_package" then pkgdata.read_shlibs(dep.outputs[2], outside) end
	end
	local deps, provides, missing = shlibs.resolve(scans, outside)
	pkgdata.write_shlibs(d:getVar("PKGDESTWORK"), provides)
	for name, list in pairs(deps) do
		if #list > 0 then d:appendVar("RDEPENDS:" .. name, " " .. table.concat(list, " ")) end
	end
	package_report_missing(d, missing)
}

lua package_data() {
	local pkgdata = require "pkgdata"
	local keys = {"PN", "PV", "PR", "PKGV", "PKGR"}
	for field in d:expand("${PACKAGE_FIELDS_COMMON} ${PACKAGE_FIELDS}"):gmatch("%S+") do
		keys[#keys + 1] = field
	end
	for _, key in ipairs{"PACKAGE_ARCH", "HOMEPAGE", "SIZE", "FILES"} do keys[#keys + 1] = key end
	for _, name in ipairs(fs.list(d:getVar("PKGDEST"))) do
		package_write_data(d, pkgdata, name, keys)
	end
}

# --- for functions in PACKAGESPLITFUNCS ---------------------------------------------------------------

# A package for each name the files of a directory have in common: pattern is a Lua pattern with one capture,
# which stands for %s in the package's name and description. Of what Yocto's function takes by name:
# recursive, prepend, allow_dirs, allow_links, match_path, extra_depends, aux_files_pattern, hook(file, pattern,
# capture, package). Returns the packages, sorted.
function do_split_packages(d, root, pattern, name, description, options)
	options = options or {}
	local dir, found = d:expand(root), {}
	for _, entry in ipairs(package_split_candidates(d:getVar("PKGD") .. dir, options)) do
		local capture = (options.match_path and entry.path or os.path.basename(entry.path)):match(pattern)
		if capture then
			local package = d:expand(name):gsub("%%s", (capture:lower():gsub("_", "-"):gsub("%%", "%%%%")))
			found[package] = found[package] or {capture = capture}
			table.insert(found[package], dir .. "/" .. entry.path)
			if options.hook then options.hook(entry.path, pattern, capture, package) end
		end
	end
	local packages = {}
	for package in pairs(found) do packages[#packages + 1] = package end
	table.sort(packages)
	for _, package in ipairs(packages) do
		package_split_describe(d, package, found[package], description, options)
	end
	return packages
end

function package_split_candidates(dir, options)
	local kinds = {file = true, dir = options.allow_dirs, link = options.allow_links}
	local list = {}
	for _, entry in ipairs(fs.isdir(dir) and fs.walk(dir) or {}) do
		if kinds[entry.type] and (options.recursive or not entry.path:find("/", 1, true)) then
			list[#list + 1] = entry
		end
	end
	return list
end

function package_split_describe(d, package, files, description, options)
	local listed = " " .. d:getVar("PACKAGES"):gsub("%s+", " ") .. " "
	if not listed:find(" " .. package .. " ", 1, true) then
		d:setVar("PACKAGES", options.prepend and package .. listed or listed .. package)
	end
	if options.aux_files_pattern then
		files[#files + 1] = (options.aux_files_pattern:gsub("%%s", (files.capture:gsub("%%", "%%%%"))))
	end
	d:appendVar("FILES:" .. package, " " .. table.concat(files, " "))
	local text = d:expand(description):gsub("%%s", (files.capture:gsub("%%", "%%%%")))
	if not d:getVar("SUMMARY:" .. package) then d:setVar("SUMMARY:" .. package, text) end
	local depends = options.extra_depends or d:getVar("PN")
	if depends ~= "" then d:appendVar("RDEPENDS:" .. package, " " .. depends) end
end

# --- their parts ----------------------------------------------------------------------------------

function package_write_data(d, pkgdata, name, keys)
	local entries = fs.walk(d:getVar("PKGDEST") .. "/" .. name)
	local record, size = {}, 0
	for _, key in ipairs(keys) do
		record[key] = d:getVar(key .. ":" .. name)
	end
	record.PN, record.PV, record.PR = d:getVar("PN"), d:getVar("PV"), d:getVar("PR")
	record.PKGV, record.PKGR = d:getVar("PKGV"), d:getVar("PKGR")
	record.PACKAGE_ARCH, record.HOMEPAGE = d:getVar("PACKAGE_ARCH"), d:getVar("HOMEPAGE")
	for key in d:getVar("PACKAGE_FIELDS_COMMON"):gmatch("%S+") do
		record[key] = record[key] or d:getVar(key)
	end
	for _, key in ipairs{"RDEPENDS", "RRECOMMENDS", "RPROVIDES"} do
		record[key] = package_words_once(record[key])
	end
	for _, entry in ipairs(entries) do
		if entry.type == "file" then size = size + entry.size end
	end
	record.SIZE, record.FILES = tostring(size), tostring(#entries)
	package_check_scripts(d, name)
	pkgdata.write(d:getVar("PKGDESTWORK"), name, record, keys)
	pkgdata.write_files(d:getVar("PKGDESTWORK"), name, entries)
end

# "b (>= 1) a b" → "a b (>= 1)": sorted, each name once.
function package_words_once(text)
	if not text then return nil end
	local words, seen = {}, {}
	for name, rest in text:gmatch("(%S+)%s*(%b())") do
		if not seen[name] then words[#words + 1] = name .. " " .. rest end
		seen[name] = true
	end
	for name in text:gsub("(%S+)%s*%b()", ""):gmatch("%S+") do
		if not seen[name] then words[#words + 1] = name end
		seen[name] = true
	end
	table.sort(words)
	return table.concat(words, " ")
end

# Nothing of the target runs while an image is made, so a script may only do what images have done anyway.
function package_check_scripts(d, name)
	local known = " " .. d:getVar("PACKAGE_SCRIPT_COMMANDS") .. " "
	for which in d:getVar("PACKAGE_SCRIPTS"):gmatch("%S+") do
		local text = d:getVar(which .. ":" .. name) or ""
		for line in text:gmatch("[^\n]+") do
			local command = line:match("^%s*([^%s#;]+)")
			if command and not known:find(" " .. command .. " ", 1, true) then
				bb.fatal(("do_package: %s:%s runs %s: images are made without running packages' scripts; "
					.. "install the result in do_install"):format(which, name, command))
			end
		end
	end
end

function package_report_left(d, left)
	if #left == 0 then return end
	local names = {}
	for i = 1, math.min(#left, 20) do names[i] = "/" .. left[i].path end
	package_qa(d, d:getVar("PN"), "installed-vs-shipped", #left
		.. " installed files are in no package (FILES), first: " .. table.concat(names, " "))
end

function package_report_missing(d, missing)
	for _, lack in ipairs(missing) do
		package_qa(d, lack.package, "file-rdeps", ("%s needs %s, which no package of %s or of its DEPENDS has")
			:format(lack.path, lack.soname, d:getVar("PN")))
	end
end

# An objection of kind `id`: an error when ERROR_QA names it, a warning when WARN_QA does, and neither
# when INSANE_SKIP (of the package or the recipe) names it. Errors end the task after all checks.
function package_qa(d, name, id, message)
	local skip = (d:getVar("INSANE_SKIP:" .. name) or "") .. " " .. (d:getVar("INSANE_SKIP") or "")
	local function listed(text)
		return (" " .. (text or ""):gsub("%s+", " ") .. " "):find(" " .. id .. " ", 1, true)
	end
	if listed(skip) then return end
	local text = "QA: " .. name .. ": " .. message .. " [" .. id .. "]"
	if listed(d:getVar("ERROR_QA")) then
		bb.error(text)
		d:setVar("PACKAGE_QA_FAILED", "1")
	elseif listed(d:getVar("WARN_QA")) then
		bb.warn(text)
	end
end

function package_qa_end(d)
	if d:getVar("PACKAGE_QA_FAILED") == "1" then
		bb.fatal(d:getVar("PN") .. ": the packages are not as they should be (ERROR_QA), see above")
	end
end
