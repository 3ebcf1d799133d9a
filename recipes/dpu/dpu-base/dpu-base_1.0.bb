SUMMARY = "How a DPU comes up: init scripts, services, kernel and network settings"
HOMEPAGE = "https://www.openeuler.org/"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=9e911597e678943cde54111f7518e299"

SRC_URI = "\
    file://init \
    file://rcS \
    file://rc \
    file://modules \
    file://sysctl \
    file://network \
    file://syslog \
"
S = "${WORKDIR}"

inherit deploy

# The console and the kernel command line are the machine's.
PACKAGE_ARCH = "${MACHINE_ARCH}"
INHIBIT_DEFAULT_DEPS = "1"

# --- what a layer or local.conf may change -----------------------------------------------------------------

# Services that start; an installed one that is not named stays off. Names are those of /etc/init.d.
DPU_SERVICES ?= "syslog network dropbear"

# Modules to load although no device asks for them (others are loaded by their devices' ids), and modules
# never to load by themselves.
DPU_MODULES ?= ""
DPU_MODULES_BLACKLIST ?= ""

# Interfaces that get an address by DHCP. For anything else put an own /etc/network/interfaces.d/NAME.
DPU_DHCP_INTERFACES ?= "eth0"

# Kernel settings, a flag each: DPU_SYSCTL[vm.nr_hugepages] = "512".
# An oops must not leave a half-dead card in a server: panic and start again.
DPU_SYSCTL[kernel.panic] ?= "3"
DPU_SYSCTL[kernel.panic_on_oops] ?= "1"
# Nobody on the network tells this system its routes.
DPU_SYSCTL[net.ipv4.conf.all.accept_redirects] ?= "0"
DPU_SYSCTL[net.ipv4.conf.all.send_redirects] ?= "0"
DPU_SYSCTL[net.ipv4.conf.all.accept_source_route] ?= "0"
DPU_SYSCTL[kernel.kptr_restrict] ?= "1"
DPU_SYSCTL[kernel.sysrq] ?= "0"
# Little background noise on the cores that forward packets.
DPU_SYSCTL[vm.stat_interval] ?= "10"
DPU_SYSCTL[kernel.numa_balancing] ?= "0"
DPU_SYSCTL[kernel.timer_migration] ?= "0"
# Room for bursts.
DPU_SYSCTL[net.core.netdev_max_backlog] ?= "16384"
DPU_SYSCTL[net.core.rmem_max] ?= "16777216"
DPU_SYSCTL[net.core.wmem_max] ?= "16777216"

# What the boot loader should pass to the kernel beside console= and root=. Deployed as "cmdline" beside the image.
DPU_CMDLINE ?= "oops=panic panic=3 pci=realloc default_hugepagesz=2M hugepagesz=2M ${DPU_CMDLINE_IOMMU}"
DPU_CMDLINE_IOMMU ?= ""
DPU_CMDLINE_IOMMU:x86-64 ?= "intel_iommu=on iommu=pt"
DPU_CMDLINE_IOMMU:aarch64 ?= "iommu.passthrough=1"

# --- what is made of it ----------------------------------------------------------------------------------------

DPU_SYSCTL_TEXT = "${@dpu_sysctl_text(d)}"
DPU_SYSCTL_TEXT[vardepvalue] = "${DPU_SYSCTL_TEXT}"

do_install() {
	install -m 0755 -D ${WORKDIR}/init ${D}/init
	install -d ${D}${sysconfdir}/init.d ${D}${sysconfdir}/rcS.d ${D}${sysconfdir}/rc5.d
	for script in rcS rc modules sysctl network syslog; do
		install -m 0755 ${WORKDIR}/$script ${D}${sysconfdir}/init.d/$script
	done
	ln -s ../init.d/modules ${D}${sysconfdir}/rcS.d/S10modules
	ln -s ../init.d/sysctl ${D}${sysconfdir}/rcS.d/S20sysctl
	ln -s ../init.d/syslog ${D}${sysconfdir}/rc5.d/S05syslog
	ln -s ../init.d/network ${D}${sysconfdir}/rc5.d/S10network
	install_inittab
	install_settings
	install_interfaces
}

install_inittab() {
	cat > ${D}${sysconfdir}/inittab <<-END
		# busybox init: tty:ignored:action:command. Made by dpu-base from SERIAL_CONSOLES.
		::sysinit:/etc/init.d/rcS
		::wait:/etc/init.d/rc 5 start
		::ctrlaltdel:/sbin/reboot
		::shutdown:/etc/init.d/rc 5 stop
		::shutdown:/bin/umount -a -r
	END
	consoles="${SERIAL_CONSOLES}"
	for console in $consoles; do
		echo "${console#*;}::respawn:/sbin/getty -L ${console%%;*} ${console#*;} vt100"
	done >> ${D}${sysconfdir}/inittab
}

install_settings() {
	install -d ${D}${sysconfdir}/dpu ${D}${sysconfdir}/sysctl.d ${D}${sysconfdir}/modprobe.d ${D}${sysconfdir}/modules-load.d
	printf '%s\n' ${DPU_SERVICES} > ${D}${sysconfdir}/dpu/services
	printf '%s' "${DPU_SYSCTL_TEXT}" > ${D}${sysconfdir}/sysctl.d/50-dpu.conf
	for module in ${DPU_MODULES}; do
		echo $module
	done > ${D}${sysconfdir}/modules-load.d/dpu.conf
	for module in ${DPU_MODULES_BLACKLIST}; do
		echo "blacklist $module"
	done > ${D}${sysconfdir}/modprobe.d/dpu.conf
}

install_interfaces() {
	for dir in interfaces.d if-pre-up.d if-up.d if-down.d if-post-down.d; do
		install -d ${D}${sysconfdir}/network/$dir
	done
	{
		printf 'auto lo\niface lo inet loopback\n\nsource-directory /etc/network/interfaces.d\n'
		for interface in ${DPU_DHCP_INTERFACES}; do
			printf '\nauto %s\niface %s inet dhcp\n' $interface $interface
			printf '\tudhcpc_opts -b -t 5 -T 2 -S -O staticroutes -O mtu -O search\n'
		done
	} > ${D}${sysconfdir}/network/interfaces
}

do_deploy() {
	echo "${DPU_CMDLINE}" > ${DEPLOYDIR}/cmdline
}
addtask deploy after do_install

# "key = value" lines, sorted, of the flags of DPU_SYSCTL (its keys have a dot, flags of the engine have none).
function dpu_sysctl_text(d)
	local lines = {}
	for key, value in pairs(d:getVarFlags("DPU_SYSCTL") or {}) do
		if key:find(".", 1, true) then lines[#lines + 1] = key .. " = " .. d:expand(value) .. "\n" end
	end
	table.sort(lines)
	return table.concat(lines)
end

PACKAGES = "${PN}"
FILES:${PN} = "/init ${sysconfdir}"
RDEPENDS:${PN} = "base-files busybox kmod iproute2"
CONFFILES:${PN} = "${sysconfdir}/inittab ${sysconfdir}/network/interfaces ${sysconfdir}/dpu/services"
