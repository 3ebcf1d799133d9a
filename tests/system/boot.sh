#!/bin/bash
# Boots the image of a machine in QEMU and asks the running system questions.
#
#   boot.sh MACHINE DEPLOYDIR KEY [IMAGE]
#     KEY: private ssh key; the image was built with its public half in DPU_AUTHORIZED_KEYS.
#
# Every wait ends when what it waits for is seen. Its limit is only for systems that hang, far above what
# the slowest machine needs; passing it is a failure that shows the end of the console's output.
set -u
[ $# -ge 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
deploy=$2 key=$3 image=${4:-dpu-image-minimal}
here=$(cd "$(dirname "$0")" && pwd)
limit=${BOOT_LIMIT:-300}
work=$(mktemp -d) || exit 1
console=$work/console
qemu=

finish() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# --- results ---------------------------------------------------------------------------------------

failures=0

ok() {
	echo "ok - $1"
}

not_ok() {
	echo "not ok - $1"
	[ -z "${2:-}" ] || sed 's/^/#   /' <<<"$2"
	failures=$((failures + 1))
}

# check TEXT REGEX ANSWER: does some line of the answer match?
check() {
	if grep -qE -- "$2" <<<"$3"; then ok "$1"; else not_ok "$1" "wanted /$2/, got:"$'\n'"$3"; fi
}

give_up() {
	not_ok "$1" "$(tail -n 25 "$console" 2>/dev/null | tr -d '\r')"
	exit 1
}

# --- the machine -------------------------------------------------------------------------------------

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 40000))
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}

# start OPTION…: QEMU in the background, its console in $console; nobody types.
start() {
	port=$(free_port)
	: >"$console"
	"$here/../../conf/machine/run-qemu" "$@" -p "$port" "$deploy" "$image" \
		</dev/null >"$console" 2>&1 &
	qemu=$!
}

running() {
	kill -0 "$qemu" 2>/dev/null
}

# until_true WHAT COMMAND…: repeats the command until it succeeds; false when QEMU is gone or at the limit.
until_true() {
	local what=$1 end=$((SECONDS + limit))
	shift
	until "$@"; do
		running || { "$@" && return; why="$what: QEMU has ended"; return 1; }
		[ $SECONDS -lt $end ] || { why="$what: not within $limit s"; return 1; }
		sleep 0.2
	done
}

on_console() {
	grep -aqE "$1" "$console"
}

gone() {
	! running
}

# ask COMMAND: what a shell on the machine answers. One connection serves all questions: an emulated machine is slow
# at agreeing on keys.
ask() {
	ssh -q -F none -i "$key" -p "$port" -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectTimeout=10 \
		-o ControlMaster=auto -o ControlPath="$work/ssh-$port" -o ControlPersist=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 "$1" 2>&1 </dev/null
}

answers() {
	[ "$(ask 'echo ready')" = ready ]
}

# --- questions -----------------------------------------------------------------------------------------

network() {
	check "eth0 has the address DHCP gave" 'inet 10\.0\.2\.15/24' "$(ask 'ip -4 -o addr show dev eth0')"
	check "the default route is DHCP's" '^default via 10\.0\.2\.2 dev eth0' "$(ask 'ip route')"
	check "names are asked of DHCP's server" '^nameserver 10\.0\.2\.3' "$(ask 'cat /etc/resolv.conf')"
	local driver
	driver=$(ask 'ethtool -i eth0')
	check "ethtool knows the driver" '^driver: virtio_net$' "$driver"
	check "ethtool knows the device" '^bus-info: 0000:[0-9a-f:.]+$' "$driver"
	check "ethtool sees the link" 'Link detected: yes' "$(ask 'ethtool eth0')"
}

devices() {
	check "lspci finds the network card" '1af4:1(000|041)' "$(ask 'lspci -n')"
	check "lspci finds the disk" '1af4:1(001|042)' "$(ask 'lspci -n')"
	check "lspci knows the driver" 'Kernel driver in use: virtio-pci' "$(ask 'lspci -k')"
}

modules() {
	local release info
	release=$(ask 'uname -r')
	info=$(ask 'modinfo hinic')
	check "modinfo knows hinic" '^description: +Huawei' "$info"
	check "hinic is for this kernel" "^vermagic: +$release " "$info"
	check "modprobe loads hinic" '^loaded$' "$(ask 'modprobe hinic && echo loaded')"
	check "lsmod lists hinic" '^hinic +[0-9]+ +0' "$(ask lsmod)"
	check "hinic is unloaded" '^0$' "$(ask 'modprobe -r hinic; lsmod | grep -c "^hinic "')"
}

# Every setting of /etc/sysctl.d and /etc/sysctl.conf that this kernel has must be what it says.
settings() {
	check "sysctl answers" '^kernel.ostype = Linux$' "$(ask 'sysctl kernel.ostype')"
	local report
	report=$(ask 'cat /etc/sysctl.conf /etc/sysctl.d/*.conf 2>/dev/null |
		sed -n "s/^-\{0,1\}\([a-z][^=# ]*\) *= *\(.*\)/\1 \2/p" |
		while read -r name value; do
			[ -e "/proc/sys/$(echo "$name" | tr . /)" ] || continue
			is=$(sysctl -n "$name" | tr "\t" " ")
			[ "$is" = "$value" ] && echo "set $name" || echo "wrong $name: $is, not $value"
		done')
	check "there are settings" '^set ' "$report"
	if grep -q '^wrong' <<<"$report"; then
		not_ok "all settings are in force" "$(grep '^wrong' <<<"$report")"
	else
		ok "all settings are in force ($(grep -c '^set' <<<"$report"))"
	fi
}

# The session that asks is counted too.
frugal() {
	local processes used
	processes=$(ask 'n=0; for p in /proc/[0-9]*; do [ -e $p/exe ] && n=$((n + 1)); done; echo $n')
	used=$(ask 'cat /proc/meminfo' | awk '{ n[$1] = $2 }
		END { print n["MemTotal:"] - n["MemFree:"] - n["Buffers:"] - n["Cached:"] - n["SReclaimable:"] }')
	at_most "user processes" "$processes" 12
	at_most "KiB of memory used" "$used" $((32 * 1024))
}

# at_most WHAT NUMBER LIMIT
at_most() {
	if [[ $2 =~ ^[0-9]+$ ]] && [ "$2" -le "$3" ]; then
		ok "$1: $2 (at most $3)"
	else
		not_ok "$1: $2 (at most $3)"
	fi
}

closed() {
	check "root has no password" '^root:[!*]' "$(ask 'grep ^root: /etc/shadow')"
	check "a key is the only way in" 'Permission denied \(publickey\)' \
		"$(ssh -F none -p "$port" -o BatchMode=yes -o PubkeyAuthentication=no -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null root@127.0.0.1 true 2>&1 </dev/null)"
}

power_off() {
	ask poweroff >/dev/null
	until_true "power off" gone || give_up "$1 powers off ($why)"
	local status
	wait "$qemu"
	status=$?
	qemu=
	if [ $status = 0 ] && on_console 'reboot: Power down'; then
		ok "$1 powers off"
	else
		not_ok "$1 powers off (QEMU ended with $status)" "$(tail -n 10 "$console" | tr -d '\r')"
	fi
	local complaints='BUG:|Oops|Call Trace|WARNING: CPU|Kernel panic'
	if on_console "$complaints"; then
		not_ok "$1: the kernel has nothing to complain about" \
			"$(grep -aE -A8 "$complaints" "$console" | head -n 30)"
	else
		ok "$1: the kernel has nothing to complain about"
	fi
}

# come_up NAME OPTION…
come_up() {
	local name=$1
	shift
	start "$@"
	until_true "login prompt" on_console '[a-z0-9-]+ login: ' ||
		give_up "$name reaches login on the serial console ($why)"
	ok "$name reaches login on the serial console"
	until_true "ssh login" answers || give_up "$name accepts the configured key over ssh ($why)"
	ok "$name accepts the configured key over ssh"
}

come_up "the root file system"
network
devices
modules
settings
frugal
closed
power_off "the root file system"
come_up "the initramfs" -i
check "the initramfs is the root" '^[^ ]+ / (rootfs|tmpfs|overlay) ' "$(ask 'cat /proc/mounts')"
power_off "the initramfs"
exit $((failures > 0))
