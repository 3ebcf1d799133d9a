# What is known of a target without running anything on it: word size, byte order, and answers to what
# configure scripts would find out by running a program (classes/site/*).

# Architecture → byte order, bits.
SITEINFO_TABLE = "aarch64:endian-little:64 riscv64:endian-little:64 x86_64:endian-little:64"
SITEINFO_ENDIANNESS = "${@{'endian-little': 'le', 'endian-big': 'be'}.get(siteinfo_field(d, 2), '')}"
SITEINFO_BITS = "${@siteinfo_field(d, 3)}"

SITEINFO_EXTRA_DATAFILES ??= ""
CONFIG_SITE_FILES = "${COREBASE}/classes/site/linux ${COREBASE}/classes/site/bits-${SITEINFO_BITS} ${SITEINFO_EXTRA_DATAFILES}"
CONFIG_SITE_FILES:class-native = ""
CONFIG_SITE_FILES:allarch = "${COREBASE}/classes/site/linux ${SITEINFO_EXTRA_DATAFILES}"
export CONFIG_SITE = "${CONFIG_SITE_FILES}"
CONFIG_SITE[vardepvalue] = ""

do_configure[file-checksums] += "${@' '.join([f + ':True' for f in d.getVar('CONFIG_SITE_FILES').split()])}"

# Field of the line of TARGET_ARCH ("arch:order:bits"); "" of an architecture that is not in the table.
function siteinfo_field(d, field)
	for line in d:getVar("SITEINFO_TABLE"):gmatch("%S+") do
		local fields = {}
		for text in line:gmatch("[^:]+") do fields[#fields + 1] = text end
		if fields[1] == d:getVar("HOST_ARCH") then return fields[field] end
	end
	return ""
end
