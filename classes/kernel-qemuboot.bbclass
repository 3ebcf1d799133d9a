# For machines QEMU can be: writes what conf/machine/run-qemu has to know beside the kernel's image.

QEMUBOOT_VARS = "QB_SYSTEM_NAME QB_MACHINE QB_CPU QB_SMP QB_MEM QB_DEFAULT_KERNEL QB_DEFAULT_FSTYPE \
    QB_DRIVES QB_NETWORK_DEVICE QB_RNG QB_OPT_APPEND QB_KERNEL_ROOT QB_KERNEL_CMDLINE_APPEND"

do_deploy[vardeps] += "${QEMUBOOT_VARS}"
do_deploy[postfuncs] += "qemuboot_write"
lua qemuboot_write() {
	local text = "QB_MACHINE_NAME='" .. d:getVar("MACHINE") .. "'\n"
	for name in d:getVar("QEMUBOOT_VARS"):gmatch("%S+") do
		text = text .. name .. "='" .. (d:getVar(name) or ""):gsub("'", "'\\''") .. "'\n"
	end
	fs.write(d:getVar("DEPLOYDIR") .. "/qemuboot.conf", text)
}
