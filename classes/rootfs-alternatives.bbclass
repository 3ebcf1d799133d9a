# Commands that several packages of an image bring: the link goes to the one with the highest priority, of
# equals to the first by name. The packages say what they have in ${datadir}/alternatives (update-alternatives).

ROOTFS_POSTPROCESS_COMMAND += "rootfs_alternatives"

lua rootfs_alternatives() {
	local root = d:getVar("IMAGE_ROOTFS")
	local best = {}
	for _, file in ipairs(fs.glob(root .. d:getVar("datadir") .. "/alternatives/*")) do
		for link, target, priority in fs.read(file):gmatch("(%S+) (%S+) (%d+)\n") do
			local known = best[link]
			if not known or tonumber(priority) > known.priority then
				best[link] = {target = target, priority = tonumber(priority)}
			end
		end
	end
	local links = {}
	for link in pairs(best) do links[#links + 1] = link end
	table.sort(links)
	for _, link in ipairs(links) do rootfs_alternative_link(root, link, best[link].target) end
}

# The link is relative where both are in one directory, so that the tree can be looked at from outside.
function rootfs_alternative_link(root, link, target)
	local dir = os.path.dirname(link)
	if os.path.dirname(target) == dir then target = os.path.basename(target) end
	fs.mkdir(root .. dir)
	fs.remove(root .. link)
	fs.symlink(target, root .. link)
end
