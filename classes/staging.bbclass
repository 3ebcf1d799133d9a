# Sysroots: what a recipe gives to others for building (do_populate_sysroot), and the private sysroots made
# of what it DEPENDS on (do_prepare_recipe_sysroot). Trees are hard-linked, never copied: do not write
# into a file of a sysroot.

SYSROOT_DIRS = "${includedir} ${libdir} ${base_libdir} ${nonarch_base_libdir} ${datadir} /sysroot-only"
SYSROOT_DIRS_IGNORE = "${mandir} ${docdir} ${infodir} ${datadir}/locale ${datadir}/bash-completion \
    ${datadir}/gtk-doc ${datadir}/applications ${datadir}/pixmaps \
    ${libdir}/${BPN}/ptest ${nonarch_base_libdir}/modules"

SYSROOT_DESTDIR = "${WORKDIR}/sysroot-destdir"
SYSROOT_PREPROCESS_FUNCS ?= ""

# --- giving ---------------------------------------------------------------------------------------

addtask populate_sysroot after do_install
# Whoever uses this recipe's sysroot needs those of its dependencies too.
do_populate_sysroot[deptask] = "do_populate_sysroot"
do_populate_sysroot[dirs] = "${SYSROOT_DESTDIR}"
do_populate_sysroot[sstate-inputdirs] = "${SYSROOT_DESTDIR}"
do_populate_sysroot[sstate-outputdirs] = "${COMPONENTS_DIR}/${PACKAGE_ARCH}/${PN}"
do_populate_sysroot[vardeps] += "${SYSROOT_PREPROCESS_FUNCS}"
lua do_populate_sysroot() {
	bb.exec_func("sysroot_stage_all", d)
	for name in (d:getVar("SYSROOT_PREPROCESS_FUNCS") or ""):gmatch("%S+") do
		bb.exec_func(name, d)
	end
}

sysroot_stage_all() {
	sysroot_stage_dirs ${D} ${SYSROOT_DESTDIR}
}

# sysroot_stage_dirs FROM TO: hard-links the directories of SYSROOT_DIRS.
sysroot_stage_dirs() {
	for dir in ${SYSROOT_DIRS}; do
		sysroot_stage_dir "$1$dir" "$2$dir"
	done
	for dir in ${SYSROOT_DIRS_IGNORE}; do
		rm -rf "$2$dir"
	done
}

sysroot_stage_dir() {
	if [ -d "$1" ]; then
		mkdir -p "$2"
		cp -al "$1/." "$2/"
	fi
}

# --- taking ---------------------------------------------------------------------------------------

addtask prepare_recipe_sysroot before do_configure after do_fetch
do_prepare_recipe_sysroot[deptask] = "do_populate_sysroot"
do_prepare_recipe_sysroot[cleandirs] = "${RECIPE_SYSROOT} ${RECIPE_SYSROOT_NATIVE}"
do_prepare_recipe_sysroot[vardepsexclude] += "RECIPE_SYSROOT RECIPE_SYSROOT_NATIVE"
lua do_prepare_recipe_sysroot() {
	local target, native = d:getVar("RECIPE_SYSROOT"), d:getVar("RECIPE_SYSROOT_NATIVE")
	if d:getVar("root_prefix") ~= d:getVar("base_prefix") then sysroot_merge_usr(target) end
	local owners = {}
	for _, dep in ipairs(bb.taskdeps(d)) do
		if dep.task == "do_populate_sysroot" then
			local to = dep.pn:match("%-native$") and native or target
			for _, tree in ipairs(dep.outputs) do sysroot_add(tree, to, dep.pn, owners) end
		end
	end
}

# The compiler finds the loader as /lib/ld-linux-….so: the links of the merged image are here too.
function sysroot_merge_usr(sysroot)
	for _, name in ipairs({"bin", "sbin", "lib"}) do
		fs.mkdir(sysroot .. "/usr/" .. name)
		fs.symlink("usr/" .. name, sysroot .. "/" .. name)
	end
	fs.symlink("usr/lib", sysroot .. "/lib64")
end

# Links the tree of recipe pn into a sysroot; a path two recipes own is an error unless it is the same file.
function sysroot_add(tree, sysroot, pn, owners)
	if not fs.isdir(tree) then return end
	for _, entry in ipairs(fs.walk(tree)) do
		local to = sysroot .. "/" .. entry.path
		if entry.type ~= "dir" then
			if owners[to] and not sysroot_same(tree .. "/" .. entry.path, to) then
				bb.fatal("do_prepare_recipe_sysroot: /" .. entry.path .. " comes from both "
					.. owners[to] .. " and " .. pn)
			end
			owners[to] = pn
		end
	end
	fs.copytree(tree, sysroot, "link")
end

function sysroot_same(a, b)
	if fs.stat(a).type ~= fs.stat(b).type then return false end
	if fs.stat(a).type == "link" then return fs.readlink(a) == fs.readlink(b) end
	return hash.sha256_file(a) == hash.sha256_file(b)
end
