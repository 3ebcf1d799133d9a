# An image recipe names packages (IMAGE_INSTALL); these tasks make of them a root file system and, in the
# formats of IMAGE_FSTYPES, files in DEPLOY_DIR_IMAGE. Nothing of the target is run, everything in the
# image belongs to root, and the same packages give the same bytes.
#
#   rootfs - image - image_complete - build

inherit image_types rootfs-accounts rootfs-alternatives rootfs-postcommands nopackages

LICENSE ?= "MIT"
INHIBIT_DEFAULT_DEPS = "1"
EXCLUDE_FROM_WORLD = "1"
PACKAGE_ARCH = "${MACHINE_ARCH}"

# --- what goes in ---------------------------------------------------------------------------------

IMAGE_INSTALL ?= ""
# Features that mean packages, and those that change the tree (rootfs-postcommands).
FEATURE_PACKAGES_ssh-server-dropbear ?= "dropbear"
IMAGE_FEATURES_KNOWN ?= "dev-pkgs dbg-pkgs doc-pkgs staticdev-pkgs empty-root-password \
    read-only-rootfs ssh-server-dropbear"
PACKAGE_INSTALL = "${IMAGE_INSTALL} ${@image_feature_packages(d)}"
PACKAGE_INSTALL[vardepvalue] = "${PACKAGE_INSTALL}"
RDEPENDS += "${PACKAGE_INSTALL}"

# The package whose directory modes count where several packages ship a directory.
ROOTFS_BASE_PACKAGE ?= "base-files"
# Functions that change IMAGE_ROOTFS before it is packed.
ROOTFS_POSTPROCESS_COMMAND ?= ""
# Largest size of the tree in KiB; empty: any.
IMAGE_ROOTFS_MAXSIZE ?= ""

# --- names ----------------------------------------------------------------------------------------

IMAGE_BASENAME ?= "${PN}"
IMAGE_MACHINE_SUFFIX ??= "-${MACHINE}"
IMAGE_NAME_SUFFIX ??= ".rootfs"
IMAGE_VERSION_SUFFIX ?= ""
IMAGE_LINK_NAME ?= "${IMAGE_BASENAME}${IMAGE_MACHINE_SUFFIX}${IMAGE_NAME_SUFFIX}"
IMAGE_NAME ?= "${IMAGE_LINK_NAME}${IMAGE_VERSION_SUFFIX}"
IMAGE_MANIFEST = "${WORKDIR}/manifest"
IMGFILESDIR = "${WORKDIR}/image-files"
IMGDEPLOYDIR = "${WORKDIR}/deploy-${PN}-image-complete"

# --- tasks ----------------------------------------------------------------------------------------

addtask rootfs
do_rootfs[recrdeptask] = "do_package do_package_qa do_populate_lic"
do_rootfs[cleandirs] = "${IMAGE_ROOTFS}"
do_rootfs[vardeps] += "${ROOTFS_POSTPROCESS_COMMAND} ${@image_preferred_vars(d)}"
do_rootfs[file-checksums] += "${@image_modules(d)}"
lua do_rootfs() {
	local rootfs = require "rootfs"
	local root = d:getVar("IMAGE_ROOTFS")
	local db = rootfs.load(bb.taskdeps(d))
	local list = image_closure(d, rootfs, db)
	rootfs.install(db, list, root, d:getVar("ROOTFS_BASE_PACKAGE"))
	image_depmod(root)
	for name in (d:getVar("ROOTFS_POSTPROCESS_COMMAND") or ""):gmatch("[^%s;]+") do
		bb.exec_func(name, d)
	end
	fs.write(d:getVar("IMAGE_MANIFEST"), rootfs.manifest(db, list))
	image_check_size(d, root)
	local date = "@" .. d:getVar("REPRODUCIBLE_TIMESTAMP_ROOTFS")
	bb.run{"find", root, "-exec", "touch", "-h", "-d", date, "{}", "+"}
}

addtask image after do_rootfs
do_image[dirs] = "${IMGFILESDIR}"
do_image[cleandirs] = "${IMGFILESDIR}"
do_image[vardeps] += "${@image_type_vars(d)}"
lua do_image() {
	for name in d:getVar("IMAGE_FSTYPES"):gmatch("%S+") do
		image_make(d, name)
	end
}

# Kernel and boot loaders are deployed whenever the image is; do_build asks for them when do_image_complete, restored
# from the cache, does not.
addtask image_complete after do_image before do_build
do_image_complete[depends] += "virtual/kernel:do_deploy ${@image_extra_depends(d)}"
do_build[depends] += "virtual/kernel:do_deploy ${@image_extra_depends(d)}"
# Set for the task alone; what is made without a sandbox has another hash anyway.
do_image_complete[vardepsexclude] += "BB_HERMETIC"
do_image_complete[sstate-inputdirs] = "${IMGDEPLOYDIR}"
do_image_complete[sstate-outputdirs] = "${DEPLOY_DIR_IMAGE}"
lua do_image_complete() {
	local from, to, name = d:getVar("IMGFILESDIR"), d:getVar("IMGDEPLOYDIR"), d:getVar("IMAGE_NAME")
	fs.mkdir(to)
	for _, file in ipairs(fs.list(from)) do
		fs.link(from .. "/" .. file, to .. "/" .. file)
		image_link(d, to, file, file:sub(#name + 2))
	end
	local manifest = fs.read(d:getVar("IMAGE_MANIFEST"))
	if d:getVar("BB_HERMETIC") == "0" then manifest = manifest .. "# not hermetic\n" end
	fs.write(to .. "/" .. name .. ".manifest", manifest)
	image_link(d, to, name .. ".manifest", "manifest")
}

deltask do_fetch
deltask do_unpack
deltask do_patch
deltask do_populate_lic
deltask do_prepare_recipe_sysroot
deltask do_configure
deltask do_compile
deltask do_install
deltask do_populate_sysroot

# --- their parts ----------------------------------------------------------------------------------

function image_modules(d)
	local dir = d:getVar("COREBASE") .. "/classes/lib/"
	return dir .. "rootfs.lua:True " .. dir .. "pkgdata.lua:True " .. dir .. "accounts.lua:True"
end

function image_feature_packages(d)
	local words = {}
	for feature in (d:getVar("IMAGE_FEATURES") or ""):gmatch("%S+") do
		words[#words + 1] = d:getVar("FEATURE_PACKAGES_" .. feature)
	end
	return table.concat(words, " ")
end

function image_preferred_vars(d)
	local words = {}
	for _, name in ipairs(d:keys()) do
		if name:match("^PREFERRED_RPROVIDER_") then words[#words + 1] = name end
	end
	table.sort(words)
	return table.concat(words, " ")
end

function image_extra_depends(d)
	local words = {}
	for name in (d:getVar("EXTRA_IMAGEDEPENDS") or ""):gmatch("%S+") do
		words[#words + 1] = name .. ":do_deploy"
	end
	return table.concat(words, " ")
end

function image_closure(d, rootfs, db)
	local choice = {
		install = d:getVar("PACKAGE_INSTALL"), exclude = d:getVar("PACKAGE_EXCLUDE"),
		bad = d:getVar("BAD_RECOMMENDATIONS"), recommendations = d:getVar("NO_RECOMMENDATIONS") ~= "1",
		preferred = function(name) return d:getVar("PREFERRED_RPROVIDER_" .. name) end,
	}
	local list = rootfs.closure(db, choice)
	local features = " " .. (d:getVar("IMAGE_FEATURES") or "") .. " "
	local more = {}
	for _, kind in ipairs{"dev", "dbg", "doc", "staticdev"} do
		if features:find(" " .. kind .. "-pkgs ", 1, true) then
			more[#more + 1] = rootfs.complement(db, list, "-" .. kind)
		end
	end
	if #more == 0 then return list end
	choice.install = choice.install .. " " .. table.concat(more, " ")
	return rootfs.closure(db, choice)
end

# modules.dep and its like, for every kernel the image has modules of.
function image_depmod(root)
	local dir = root .. "/usr/lib/modules"
	for _, version in ipairs(fs.isdir(dir) and fs.list(dir) or {}) do
		bb.run{"depmod", "-a", "-b", root, version}
	end
end

function image_check_size(d, root)
	local size, limit = 0, tonumber(d:getVar("IMAGE_ROOTFS_MAXSIZE") or "")
	for _, entry in ipairs(fs.walk(root)) do
		if entry.type == "file" then size = size + entry.size end
	end
	bb.note("root file system: " .. size // 1024 .. " KiB")
	if limit and size > limit * 1024 then
		bb.fatal(("do_rootfs: the tree has %d KiB, IMAGE_ROOTFS_MAXSIZE is %d"):format(size // 1024, limit))
	end
end

# Stable names: dpu-image-minimal-MACHINE.rootfs.tar.zst also as rootfs.tar.zst, a cpio as initramfs. Hard
# links, for zstd refuses symbolic ones.
function image_link(d, dir, file, suffix)
	local stem = suffix:match("^cpio") and "initramfs." or suffix ~= "manifest" and "rootfs." or ""
	fs.link(dir .. "/" .. file, dir .. "/" .. stem .. suffix)
	if d:getVar("IMAGE_LINK_NAME") ~= d:getVar("IMAGE_NAME") then
		fs.link(dir .. "/" .. file, dir .. "/" .. d:getVar("IMAGE_LINK_NAME") .. "." .. suffix)
	end
end

lua () {
	local known = " " .. (d:getVar("IMAGE_FEATURES_KNOWN") or "") .. " "
	for feature in (d:getVar("IMAGE_FEATURES") or ""):gmatch("%S+") do
		local packages = d:getVar("FEATURE_PACKAGES_" .. feature)
		if not packages and not known:find(" " .. feature .. " ", 1, true) then
			bb.skip("IMAGE_FEATURES: " .. feature .. " is not known; there are:" .. known
				.. "and what FEATURE_PACKAGES_<name> defines")
		end
	end
	for name in (d:getVar("IMAGE_FSTYPES") or ""):gmatch("%S+") do
		if not image_type_steps(d, name) then
			bb.skip(("IMAGE_FSTYPES: %s: there is no IMAGE_CMD:%s (image_types.bbclass)")
				:format(name, name:match("^[^.]+")))
		end
	end
}
