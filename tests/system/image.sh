#!/bin/bash
# What image-MACHINE.test run: builds dpu-image-minimal for a machine, holds its size and ownership, boots it; then,
# when asked to, what the artefact cache promises: nothing to do twice, restore after the build directory is gone,
# and a changed recipe rebuilds itself and what contains it, nothing else.
# usage: image.sh MACHINE [cache]
set -u
cd "$(dirname "$0")/../.." || exit 1
machine=$1 more=${2:-}

work=$PWD/out/system/image-$machine
build=$work/build
log=$work/log
key=$work/key
kernel=Image
[ "$machine" != qemu-x86-64 ] || kernel=bzImage
rm -rf "$work" && mkdir -p "$build/conf" || exit 1
ssh-keygen -q -t ed25519 -N '' -C test -f "$key" || exit 1

check() { # check NAME COMMAND...: an ok line when the command succeeds
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		return 1
	fi
}

bake_image() { # bake_image MACHINE [option...]
	local machine=$1
	shift
	out/bake -B "$build" --set MACHINE="$machine" "$@" dpu-image-minimal >"$log" 2>&1 && return
	tail -n 40 "$log" | sed 's/^/# /'
	return 1
}

deployed() { echo "$build/tmp/deploy/images/$1"; }

# Bytes of all files outside the kernel's directories.
unpacked_bytes() {
	zstd -dcf "$1/rootfs.tar.zst" | tar -tv --numeric-owner |
		awk '$NF !~ /lib\/modules\/|^\.?\/?boot\// { n += $3 } END { print n + 0 }'
}

size_fits() {
	local unpacked packed
	unpacked=$(unpacked_bytes "$1")
	packed=$(stat -Lc %s "$1/rootfs.tar.zst")
	echo "# $unpacked bytes unpacked without kernel modules, $packed packed with them"
	[ "$unpacked" -gt 1000000 ] && [ "$unpacked" -le 20000000 ] && [ "$packed" -le 8000000 ]
}

all_root() {
	! zstd -dcf "$1/rootfs.tar.zst" | tar -tv --numeric-owner | awk '{ print $2 }' | grep -qv '^0/0$'
}

# package version licence size channel, sorted; what must be there is there.
manifest_complete() {
	local package
	awk 'NF < 5 || $(NF - 1) !~ /^[0-9]+$/ { exit 1 }' "$1/manifest" && LC_ALL=C sort -c "$1/manifest" || return 1
	for package in busybox iproute2 ethtool kmod dropbear dpu-base; do
		grep -q "^$package[[:space:]]" "$1/manifest" || { echo "# no $package"; return 1; }
		[ "$package" = dpu-base ] || grep -qP "^$package\t.*\t(upstream|openeuler)$" "$1/manifest" ||
			{ echo "# no channel of $package"; return 1; }
	done
}

formats_there() {
	local file
	for file in rootfs.tar.zst rootfs.erofs initramfs.cpio.zst manifest qemuboot.conf cmdline "$kernel"; do
		[ -s "$1/$file" ] || { echo "# no $file"; return 1; }
	done
}

# The recipes that ran a task, as one line; do_package_qa is looked at by dependents' as well.
recipes_that_ran() {
	sed -n '/:do_package_qa: /d; s/^\[[0-9/]*\] \(.*\):do_[a-z_]*: started$/\1/p' "$log" | sort -u | xargs
}

ran_only() {
	local ran
	ran=$(recipes_that_ran)
	[ "$ran" = "$*" ] || { echo "# ran: $ran"; return 1; }
}

# The first bake makes conf/ from the templates; the test's own settings come after them.
out/bake -B "$build" -p >/dev/null 2>&1
cat >>"$build/conf/local.conf" <<END
DPU_AUTHORIZED_KEYS = "$(cat "$key.pub")"
IMAGE_FSTYPES = "tar.zst erofs cpio.zst"
END

# One machine's at a time: with an empty cache each uses all processors, and what they share is built once.
exec 9>>out/system/image.lock
flock 9
check "$machine: dpu-image-minimal builds" bake_image "$machine" || exit 1
exec 9>&-
dir=$(deployed "$machine")
check "$machine: every format is deployed" formats_there "$dir"
check "$machine: the root file system is small enough" size_fits "$dir"
check "$machine: every file belongs to root" all_root "$dir"
check "$machine: the manifest names every package" manifest_complete "$dir"
tests/system/boot.sh "$machine" "$dir" "$key" | sed -E "s/^((not )?ok [0-9]* *-) /\1 $machine: /"
[ "$more" = cache ] || exit 0

sum=$(sha256sum "$dir/rootfs.erofs" | cut -d' ' -f1)
out/bake -B "$build" --set MACHINE="$machine" clean linux >"$log" 2>&1
check "a kernel that was cleaned is there again, though the image is current" bake_image "$machine"
check "… beside it" formats_there "$dir"
check "a second build runs nothing" bake_image "$machine"
check "… and says so" grep -q '0 ran, 0 restored' "$log"
rm -rf "$build/tmp"
check "a build without its build directory's tmp succeeds" bake_image "$machine"
check "… by restoring: nothing is compiled again" bash -c "! grep -q 'do_compile: started' '$log'"
check "… every format again" formats_there "$dir"
check "… and gives the same bytes" test "$(sha256sum "$dir/rootfs.erofs" | cut -d' ' -f1)" = "$sum"

# A change that leaves the same bytes ends at its recipe; one that does not reaches the image.
change() {
	echo "do_install:append:pn-ethtool = \"$1\"" >>"$build/conf/local.conf"
}
nonce=$(date +%s%N)   # the artefact cache must not know the change from an earlier run
change " : $nonce;"
check "a recipe with another text builds" bake_image "$machine"
check "… and nothing else runs, for it leaves the same bytes" ran_only ethtool
change ' mkdir -p ${D}${sysconfdir}; echo '$nonce' > ${D}${sysconfdir}/changed;'
check "a changed recipe builds" bake_image "$machine"
check "… and nothing but it and the image runs" ran_only dpu-image-minimal ethtool
