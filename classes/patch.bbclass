# do_patch: applies the patches of SRC_URI in their order.

# One line a patch applied, so that a task that failed halfway goes on where it stopped.
PATCH_STATE = "${WORKDIR}/patches-applied"

addtask patch after do_unpack
do_patch[dirs] = "${PATCH_STATE}"
do_patch[vardepsexclude] += "PATCH_STATE"
lua patch_do_patch() {
	local state = d:getVar("PATCH_STATE") .. "/series"
	local done = patch_lines(fs.exists(state) and fs.read(state) or "")
	local text = ""
	for i, patch in ipairs(bb.fetch.patches(d)) do
		local line = hash.sha256_file(patch.path) .. " " .. os.path.basename(patch.path)
		if done[i] and done[i] ~= line then
			bb.fatal(("do_patch: %s was applied before, now %s comes at its place: unpack again "
				.. "(-c unpack -f)"):format(done[i]:match(" (.*)"), os.path.basename(patch.path)))
		end
		if not done[i] then bb.fetch.apply_patch(patch.path, patch_dir(d, patch), patch.striplevel) end
		text = text .. line .. "\n"
		fs.write(state, text)
	end
}

EXPORT_FUNCTIONS do_patch

function patch_lines(text)
	local lines = {}
	for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
	return lines
end

function patch_dir(d, patch)
	local dir = patch.patchdir or ""
	if dir:sub(1, 1) == "/" then return dir end
	return dir == "" and d:getVar("S") or d:getVar("S") .. "/" .. dir
end
