# Formats of IMAGE_FSTYPES. A format is shell text in IMAGE_CMD:name that makes
# ${IMGFILESDIR}/${IMAGE_NAME}.name of ${IMAGE_ROOTFS}; "name.zst" adds CONVERSION_CMD:zst, which makes
# FILE.zst of FILE = ${IMAGE_NAME}.${type}. A layer adds its own formats in the same way.

IMAGE_CMD:tar = "tar --sort=name --format=posix --owner=0 --group=0 --numeric-owner \
    --mtime=@${REPRODUCIBLE_TIMESTAMP_ROOTFS} \
    --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
    -C ${IMAGE_ROOTFS} -cf ${IMGFILESDIR}/${IMAGE_NAME}.tar ."

# The kernel starts /init of an initramfs; an image without one gets a link, in a second archive behind
# the first.
IMAGE_CMD:cpio = "\
    pack() { LC_ALL=C sort -z | cpio --null --quiet -o -H newc -R 0:0 --reproducible; }; \
    cd ${IMAGE_ROOTFS}; find . -print0 | pack > ${IMGFILESDIR}/${IMAGE_NAME}.cpio; \
    if [ ! -e init ] && [ ! -L init ]; then \
        rm -rf ${WORKDIR}/cpio-init; mkdir ${WORKDIR}/cpio-init; cd ${WORKDIR}/cpio-init; \
        ln -s sbin/init init; touch -h -d @${REPRODUCIBLE_TIMESTAMP_ROOTFS} init; \
        printf 'init\0' | pack >> ${IMGFILESDIR}/${IMAGE_NAME}.cpio; \
    fi"

EROFS_OPTIONS ?= "-zlz4hc,12 -C65536"
IMAGE_CMD:erofs = "mkfs.erofs --quiet ${EROFS_OPTIONS} -x-1 -T${REPRODUCIBLE_TIMESTAMP_ROOTFS} \
    -U${@image_uuid(d)} --all-root ${IMGFILESDIR}/${IMAGE_NAME}.erofs ${IMAGE_ROOTFS}"

IMAGE_CMD:squashfs = "mksquashfs ${IMAGE_ROOTFS} ${IMGFILESDIR}/${IMAGE_NAME}.squashfs \
    -noappend -quiet -no-progress -all-root -comp zstd \
    -mkfs-time ${REPRODUCIBLE_TIMESTAMP_ROOTFS} -all-time ${REPRODUCIBLE_TIMESTAMP_ROOTFS}"

CONVERSION_CMD:zst = "zstd -q -f -T0 -${ZSTD_COMPRESSION_LEVEL} ${IMAGE_NAME}.${type} \
    -o ${IMAGE_NAME}.${type}.zst"
CONVERSION_CMD:gz = "gzip -9 -n -c ${IMAGE_NAME}.${type} > ${IMAGE_NAME}.${type}.gz"
CONVERSION_CMD:xz = "xz -k -f -9 ${IMAGE_NAME}.${type}"

# "cpio.zst" → {"cpio", "zst"}; nil when no command makes it.
function image_type_steps(d, name)
	if d:getVar("IMAGE_CMD:" .. name) then return {name} end
	local stem, conversion = name:match("^(.*)%.([^.]+)$")
	if not stem or not d:getVar("CONVERSION_CMD:" .. conversion, false) then return nil end
	local steps = image_type_steps(d, stem)
	if steps then steps[#steps + 1] = conversion end
	return steps
end

# The commands the formats of this image need: part of do_image's hash.
function image_type_vars(d)
	local words = {}
	for name in (d:getVar("IMAGE_FSTYPES") or ""):gmatch("%S+") do
		for i, step in ipairs(image_type_steps(d, name) or {}) do
			words[#words + 1] = (i == 1 and "IMAGE_CMD:" or "CONVERSION_CMD:") .. step
		end
	end
	return table.concat(words, " ")
end

# Makes one format; what it makes on the way is removed unless it is asked for itself.
function image_make(d, name)
	local steps, dir = image_type_steps(d, name), d:getVar("IMGFILESDIR")
	local wanted = " " .. d:getVar("IMAGE_FSTYPES"):gsub("%s+", " ") .. " "
	local made = steps[1]
	image_shell(d, "IMAGE_CMD:" .. made, made)
	for i = 2, #steps do
		image_shell(d, "CONVERSION_CMD:" .. steps[i], made)
		if not wanted:find(" " .. made .. " ", 1, true) then
			fs.remove(dir .. "/" .. d:getVar("IMAGE_NAME") .. "." .. made)
		end
		made = made .. "." .. steps[i]
	end
end

function image_shell(d, command, type)
	d:setVar("type", type)
	bb.run{"sh", "-e", "-c", d:getVar(command), cwd = d:getVar("IMGFILESDIR")}
end

# Stands for the image and the machine, so that it is the same in every build.
function image_uuid(d)
	local sum = hash.sha256(d:expand("${IMAGE_BASENAME} ${MACHINE}"))
	return string.format("%s-%s-5%s-8%s-%s", sum:sub(1, 8), sum:sub(9, 12), sum:sub(13, 15),
		sum:sub(16, 18), sum:sub(19, 30))
end
