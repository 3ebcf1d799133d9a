# What every recipe inherits: the tasks from source to installed tree, in Yocto's names and order.
#
#   fetch - unpack - patch - prepare_recipe_sysroot - configure - compile - install
#         - populate_sysroot (staging) - package (package) - build

BB_DEFAULT_TASK ?= "build"

inherit logging utils patch staging package-source

# --- dependencies ---------------------------------------------------------------------------------

BASE_DEFAULT_DEPS = "virtual/libc"
BASEDEPENDS = ""
BASEDEPENDS:class-target = "${@'' if d.getVar('INHIBIT_DEFAULT_DEPS') else '${BASE_DEFAULT_DEPS}'}"
DEPENDS:prepend = "${BASEDEPENDS} "

PACKAGECONFIG ??= ""
PACKAGECONFIG_CONFARGS ??= ""

FILESPATH = "${@base_filespath(d)}"
THISDIR = "${@os.path.dirname(d.getVar('FILE'))}"

# --- sources --------------------------------------------------------------------------------------

# Checksums and revisions are flags and values of other variables: their values are part of what is fetched.
SRC_URI_PINS = "${@base_source_pins(d)}"
SRC_URI_PINS[vardepvalue] = "${SRC_URI_PINS}"

addtask fetch
do_fetch[dirs] = "${DL_DIR}"
do_fetch[network] = "1"
do_fetch[vardeps] += "SRC_URI SRC_URI_PINS"
do_fetch[file-checksums] = "${@bb.fetch.get_checksum_file_list(d)}"
lua base_do_fetch() {
	bb.fetch.download(d)
}

addtask unpack after do_fetch
do_unpack[dirs] = "${UNPACKDIR}"
do_unpack[cleandirs] = "${@'' if d.getVar('S') == d.getVar('WORKDIR') else d.getVar('S')} ${PATCH_STATE}"
do_unpack[postfuncs] += "create_source_date_epoch_stamp"
lua base_do_unpack() {
	bb.fetch.unpack(d, d:getVar("UNPACKDIR"))
}

lua create_source_date_epoch_stamp() {
	local epoch = base_newest_source(d) or d:getVar("SOURCE_DATE_EPOCH_FALLBACK")
	local file = d:getVar("SDE_FILE")
	fs.mkdir(os.path.dirname(file))
	fs.write(file, epoch .. "\n")
}

# --- from source to installed tree ----------------------------------------------------------------

# What another run left is no part of this one. In-tree builds (B = S) are cleaned by make instead.
CONFIGURESTAMPFILE = "${WORKDIR}/configure.hash"
CLEANBROKEN ?= "0"

addtask configure after do_patch
do_configure[dirs] = "${B}"
do_configure[cleandirs] = "${@'' if d.getVar('B') == d.getVar('S') else d.getVar('B')}"
do_configure[vardepsexclude] += "BB_TASKHASH"
base_do_configure() {
	if [ -e ${CONFIGURESTAMPFILE} ] && [ "$(cat ${CONFIGURESTAMPFILE})" != "${BB_TASKHASH}" ]; then
		if [ "${CLEANBROKEN}" != 1 ] && base_has_makefile; then
			oe_runmake clean
		fi
	fi
	echo ${BB_TASKHASH} > ${CONFIGURESTAMPFILE}
}

addtask compile after do_configure
do_compile[dirs] = "${B}"
base_do_compile() {
	if base_has_makefile; then
		oe_runmake
	else
		bbnote "nothing to compile: no makefile in ${B}"
	fi
}

# libtool's .la files name directories of the build and help nobody.
REMOVE_LIBTOOL_LA ?= "1"

addtask install after do_compile
do_install[dirs] = "${B}"
do_install[cleandirs] = "${D}"
do_install[umask] = "022"
do_install[postfuncs] += "base_drop_libtool_la"
base_do_install() {
	:
}

base_drop_libtool_la() {
	if [ "${REMOVE_LIBTOOL_LA}" = 1 ]; then
		find ${D} -name '*.la' -type f -delete
	fi
}

addtask build after do_populate_sysroot
do_build[noexec] = "1"
do_build() {
	:
}

EXPORT_FUNCTIONS do_fetch do_unpack do_configure do_compile do_install

# --- shell that recipes call ----------------------------------------------------------------------

base_has_makefile() {
	[ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]
}

die() {
	bbfatal "$*"
}

oe_runmake_call() {
	bbnote ${MAKE} ${EXTRA_OEMAKE} "$@"
	${MAKE} ${EXTRA_OEMAKE} "$@"
}

oe_runmake() {
	oe_runmake_call "$@" || die "oe_runmake failed"
}

# --- tasks for people -----------------------------------------------------------------------------

addtask clean
do_clean[nostamp] = "1"
do_clean[doc] = "Removes what the recipe has built; downloads and stored artefacts stay"
lua do_clean() {
	-- What was given to others stays until it is replaced; the manifests say what that is.
	for _, stamp in ipairs(fs.glob(d:getVar("STAMPCLEAN"))) do
		if not stamp:match("manifest") then fs.remove(stamp) end
	end
	-- T stays: this task's log is there.
	for _, name in ipairs(fs.list(d:getVar("WORKDIR"))) do
		local path = d:getVar("WORKDIR") .. "/" .. name
		if path ~= d:getVar("T") then fs.remove(path) end
	end
}

addtask listtasks
do_listtasks[nostamp] = "1"
do_listtasks[doc] = "Lists the tasks of the recipe"
lua do_listtasks() {
	for _, name in ipairs(d:keys()) do
		if name:match("^do_") and d:getVarFlag(name, "task") then
			bb.plain(string.format("%-28s %s", name, d:getVarFlag(name, "doc") or ""))
		end
	end
}

# --- helpers --------------------------------------------------------------------------------------

# Where file:// sources are looked for: beside the recipe, the most specific override first.
function base_filespath(d)
	local dirs, seen = {}, {}
	local function add(dir)
		if not seen[dir] then
			seen[dir] = true
			dirs[#dirs + 1] = dir
		end
	end
	local overrides = {""}
	for name in d:getVar("FILESOVERRIDES"):gmatch("[^:]+") do
		table.insert(overrides, 1, "/" .. name)
	end
	local roots = {}
	for dir in (d:getVar("FILESEXTRAPATHS") or ""):gmatch("[^:]+") do
		if dir ~= "__default" then roots[#roots + 1] = dir end
	end
	for _, sub in ipairs({d:getVar("BP"), d:getVar("BPN"), "files"}) do
		roots[#roots + 1] = d:getVar("FILE_DIRNAME") .. "/" .. sub
	end
	roots[#roots + 1] = d:getVar("FILE_DIRNAME")
	for _, override in ipairs(overrides) do
		for _, root in ipairs(roots) do add(root .. override) end
	end
	return table.concat(dirs, ":")
end

# Every SRC_URI flag and SRCREV*, as one sorted text.
function base_source_pins(d)
	local pins = {}
	for flag in pairs(d:getVarFlags("SRC_URI") or {}) do
		if flag:match("sum$") then
			pins[#pins + 1] = flag .. "=" .. (d:getVarFlag("SRC_URI", flag) or "")
		end
	end
	table.sort(pins)
	local revision = d:getVar("SRCREV")
	if revision and revision ~= "INVALID" then
		pins[#pins + 1] = "SRCREV=" .. revision
	end
	return table.concat(pins, " ")
end

# Seconds of the commit, or of the newest file that came out of an archive. Local files are dated by
# the checkout, so a recipe made of nothing else has no date of its own (nil).
function base_newest_source(d)
	local source = d:getVar("S")
	if source == d:getVar("WORKDIR") or not fs.isdir(source) then return nil end
	if fs.exists(source .. "/.git") then
		return bb.run{"git", "-C", source, "log", "-1", "--format=%ct"}:match("%d+")
	end
	local times = bb.run{"find", source, "-type", "f", "-printf", "%Ts\n"}
	local newest = 0
	for time in times:gmatch("%d+") do
		newest = math.max(newest, math.tointeger(time))
	end
	return newest > 0 and tostring(newest) or nil
end

function get_source_date_epoch_value(d)
	local file = d:getVar("SDE_FILE")
	if fs.exists(file) then return (fs.read(file):gsub("%s", "")) end
	return d:getVar("SOURCE_DATE_EPOCH_FALLBACK")
end

# --- settings of each recipe, once it is read -----------------------------------------------------

# PACKAGECONFIG[name] = "when on,when off,DEPENDS,RDEPENDS,RRECOMMENDS,names it excludes"
function base_packageconfig_fields(text)
	local fields = {}
	for field in (text .. ","):gmatch("([^,]*),") do
		fields[#fields + 1] = (field:gsub("^%s+", ""):gsub("%s+$", ""))
	end
	return fields
end

function base_packageconfig_apply(d, fields, on)
	local argument = on and fields[1] or fields[2]
	if argument and argument ~= "" then
		d:appendVar("PACKAGECONFIG_CONFARGS", " " .. argument)
	end
	if not on then return end
	local native = bb.data.inherits_class("native", d)
	for name in (fields[3] or ""):gmatch("%S+") do
		if native and not name:match("%-native$") then name = name .. "-native" end
		d:appendVar("DEPENDS", " " .. name)
	end
	for number, name in pairs({[4] = "RDEPENDS:", [5] = "RRECOMMENDS:"}) do
		if (fields[number] or "") ~= "" then
			d:appendVar(name .. d:getVar("PN"), " " .. fields[number])
		end
	end
end

lua () {
	local flags = d:getVarFlags("PACKAGECONFIG") or {}
	local names = {}
	for name in pairs(flags) do
		if name ~= "vardepvalue" and name ~= "doc" and name ~= "export" and name ~= "defaultval" then
			names[#names + 1] = name
		end
	end
	if #names == 0 then return end
	table.sort(names)
	local on = {}
	for name in (d:getVar("PACKAGECONFIG") or ""):gmatch("%S+") do
		if not flags[name] then
			bb.fatal(("PACKAGECONFIG: %s has no PACKAGECONFIG[%s]"):format(d:getVar("PN"), name))
		end
		on[name] = true
	end
	for _, name in ipairs(names) do
		local fields = base_packageconfig_fields(d:getVarFlag("PACKAGECONFIG", name))
		for other in (on[name] and fields[6] or ""):gmatch("%S+") do
			if on[other] then
				bb.fatal(("PACKAGECONFIG: %s and %s exclude each other"):format(name, other))
			end
		end
		base_packageconfig_apply(d, fields, on[name])
	end
}
