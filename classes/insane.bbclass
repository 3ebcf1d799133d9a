# Checks of the packages do_package has made. Each has a name; ERROR_QA and WARN_QA say what it counts,
# INSANE_SKIP:package = "name" excuses one package.

ERROR_QA ?= "arch buildpaths dev-so debug-files file-rdeps installed-vs-shipped license-checksum \
    license-missing rpaths staticdev textrel usrmerge"
WARN_QA ?= "empty-dirs patch-fuzz useless-rpaths"

# Directories a package must leave empty: something is mounted there.
QA_EMPTY_DIRS ?= "/dev /proc /run /sys /tmp"

PACKAGE_QA_FUNCS += "package_qa_trees package_qa_interpreters"
do_package_qa[file-checksums] += "${@package_modules(d, 'qa elf pkgdata')}"

lua package_qa_trees() {
	local qa = require "qa"
	local context = {
		arch = d:getVar("TARGET_ARCH"), tmpdir = d:getVar("TMPDIR"), empty = d:getVar("QA_EMPTY_DIRS"),
		dest = d:expand("${PKGSPLIT_DIR}/${PACKAGE_ARCH}/${PN}"),
		merged = d:getVar("root_prefix") ~= d:getVar("base_prefix"),
		libdirs = {[d:getVar("libdir")] = true, [d:getVar("base_libdir")] = true},
		object = function(name, id, message) package_qa(d, name, id, message) end,
	}
	for _, name in ipairs(fs.list(context.dest)) do
		qa.package(context, name)
	end
	qa.buildpaths(context)
}

# Every script's interpreter has to be in its package or in one that is needed (RDEPENDS).
lua package_qa_interpreters() {
	local pkgdata, qa = require "pkgdata", require "qa"
	local dest = d:expand("${PKGSPLIT_DIR}/${PACKAGE_ARCH}/${PN}")
	local dirs = {d:expand("${PKGDATA_DIR}/${PACKAGE_ARCH}/${PN}")}
	for _, dep in ipairs(bb.taskdeps(d)) do
		if dep.task == "do_package" then dirs[#dirs + 1] = dep.outputs[2] end
	end
	local files = pkgdata.all_files(dirs)
	for _, name in ipairs(fs.list(dest)) do
		for path, interpreter in pairs(qa.interpreters(dest .. "/" .. name)) do
			if not files[interpreter] then
				package_qa(d, name, "file-rdeps", path .. " is a script for " .. interpreter
					.. ", which no package it needs has")
			end
		end
	end
}
