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
		if not done[i] then patch_apply(d, patch) end
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

# First on trial, so that a patch is applied whole or not at all.
function patch_apply(d, patch)
	local name, dir = os.path.basename(patch.path), patch_dir(d, patch)
	local argv = {"patch", "-p" .. (patch.striplevel or 1), "-d", dir, "-i", patch.path,
		"--forward", "--batch", "--no-backup-if-mismatch", "--reject-file=-"}
	if not fs.isdir(dir) then
		bb.fatal("do_patch: " .. name .. ": " .. dir .. " is not there: is S right?")
	end
	local trial = {table.unpack(argv)}
	trial[#trial + 1] = "--dry-run"
	trial.check = false
	local said, status = bb.run(trial)
	if status ~= 0 then
		bb.fatal(("do_patch: %s does not apply in %s: %s"):format(name, dir, patch_why(said)))
	end
	if said:find(" with fuzz ", 1, true) then
		bb.warn(("do_patch: %s applies, but not exactly: %s"):format(name, patch_why(said)))
	end
	bb.run(argv)
	bb.note("applied " .. name)
end

# What patch(1) said, one line: "checking file a.c: Hunk #2 FAILED at 17".
function patch_why(said)
	local file, reasons = "?", {}
	for line in said:gmatch("[^\n]+") do
		file = line:match("^checking file (.*)") or line:match("^patching file (.*)") or file
		if line:find("FAILED", 1, true) or line:find("fuzz", 1, true) then
			reasons[#reasons + 1] = file .. ": " .. line
		elseif line:find("can't find file", 1, true) or line:find("malformed", 1, true)
				or line:find("previously applied", 1, true) then
			reasons[#reasons + 1] = line
		end
	end
	return #reasons > 0 and table.concat(reasons, "; ") or said
end
