# Checks of the packages do_package has made. Each has a name; ERROR_QA and WARN_QA say what it counts,
# INSANE_SKIP:package = "name" excuses one package.

ERROR_QA ?= "arch buildpaths dev-so debug-files file-rdeps installed-vs-shipped license-checksum \
    license-missing rpaths staticdev textrel usrmerge"
WARN_QA ?= "empty-dirs patch-fuzz useless-rpaths"

# Directories a package must leave empty: something is mounted there.
QA_EMPTY_DIRS ?= "/dev /proc /run /sys /tmp"

PACKAGE_QA_FUNCS += "package_qa_check"
do_package[vardeps] += "ERROR_QA"
do_package[file-checksums] += "${@package_modules(d, 'qa')}"

lua package_qa_check() {
	local qa = require "qa"
	local context = {
		arch = d:getVar("TARGET_ARCH"), tmpdir = d:getVar("TMPDIR"), dest = d:getVar("PKGDEST"),
		empty = d:getVar("QA_EMPTY_DIRS"),
		merged = d:getVar("root_prefix") ~= d:getVar("base_prefix"),
		libdirs = {[d:getVar("libdir")] = true, [d:getVar("base_libdir")] = true},
		object = function(name, id, message) package_qa(d, name, id, message) end,
	}
	for _, name in ipairs(fs.list(context.dest)) do
		qa.package(context, name)
	end
	qa.buildpaths(context)
	if d:getVar("PACKAGE_QA_FAILED") == "1" then
		bb.fatal("do_package: " .. d:getVar("PN") .. ": the checks named above failed (ERROR_QA)")
	end
}
