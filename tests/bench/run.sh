#!/bin/bash
# Prints the figures of this machine: parsing, a no-op build beside ninja, overhead per task, packing beside tar,
# restoring an image, and how well the last `make image` kept the processors busy. What is compared is measured in one
# run, in turn. Everything is made anew below a scratch directory; BAKE names the engine, RECIPES the size of the
# generated layer. With OE_CORE naming a clone of OpenEmbedded-Core its recipes are parsed too, and with BITBAKE naming
# one of BitBake, by that as well; with BENCH_COMPILE=1 the image is also compiled with nothing in the cache (some 20
# minutes); REPORTS names more reports of `bake repro` than the one in BUILD:
#	OE_CORE=~/openembedded-core BITBAKE=~/bitbake make bench
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$PWD/tests/bench
BAKE=$(realpath "${BAKE:-out/bake}")
RECIPES=${RECIPES:-1000}
SMALL=100                # recipes of the layer whose tasks are timed one after another
BUILD=${BUILD:-build}
IMAGE=${IMAGE:-dpu-image-minimal}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/bake-bench.XXXXXX") && trap 'rm -rf "$scratch"' EXIT
${CC:-cc} -O2 -o "$scratch/measure" "$here/measure.c" || exit 1

line() { printf '%-46s %s\n' "$1" "$2"; }
measure() { "$scratch/measure" "$@"; }
cores=$(nproc)

# cold DIR [OPTION…]: what measure says of a parse that finds no records of an earlier one.
cold() {
	measure "${RUNS:-5}" sh -c 'rm -rf "$1/tmp/cache"; shift; exec "$@"' sh "$1" "$BAKE" -B "$@" -p
}

# parse TEXT DIR [OPTION…]: cold, then with the records of the time before (once they are old enough).
parse() {
	local text=$1 first again
	shift
	first=$(cold "$@") || { line "$text" "failed"; return 1; }
	sleep 2.1
	"$BAKE" -B "$@" -p >/dev/null 2>&1
	again=$(measure 5 "$BAKE" -B "$@" -p) || { line "$text" "failed"; return 1; }
	line "$text" "$(awk -v again="${again%% *}" \
		'{ printf "%7.0f ms, largest process %.0f MB; again %.0f ms", $1, $2, again }' <<<"$first")"
}

# Reading time by the number of recipes.
growth() {
	local n
	for n in 1000 3500 10000; do
		mkdir -p "$scratch/layer$n"
		"$here/layer.sh" "$scratch/layer$n" "$n"
		sleep 2.1
		parse "cold parse of $n generated recipes" "$scratch/layer$n" || return 1
	done
}

# What one recipe costs above reading the configuration, and a build that has nothing to do, among 3,500.
start() {
	local dir=$scratch/layer3500 config environment idle
	config=$(measure 9 "$BAKE" -B "$dir" getvar --value TMPDIR) || return 1
	environment=$(measure 9 "$BAKE" -B "$dir" -e r0008) || return 1
	"$BAKE" -B "$dir" r0008 >/dev/null 2>&1 || { line "no-op start" "failed"; return 1; }
	"$BAKE" -B "$dir" r0008 >/dev/null 2>&1
	idle=$(measure 9 "$BAKE" -B "$dir" r0008) || return 1
	line "configuration; -e RECIPE above it; no-op start" "$(awk -v e="${environment%% *}" -v i="${idle%% *}" \
		'{ printf "%7.0f ms; %.0f ms; %.0f ms (3,500 recipes)", $1, e - $1, i }' <<<"$config")"
}

# All hashes of 834 x 6 tasks, above what reading them and making their graph takes.
hashes() {
	local dir=$scratch/hashes graph both kept
	mkdir -p "$dir"
	"$here/layer.sh" "$dir" 834
	sleep 2.1
	graph=$(cd "$dir" && RUNS=5 measure 5 sh -c 'rm -rf tmp/cache; exec "$@"' sh "$BAKE" -B "$dir" -g world) || return 1
	both=$(measure 5 sh -c 'rm -rf "$1/tmp/cache"; shift; exec "$@"' sh "$dir" "$BAKE" -B "$dir" -n world) || return 1
	"$BAKE" -B "$dir" -n world >/dev/null 2>&1
	kept=$(measure 5 "$BAKE" -B "$dir" -n world) || return 1
	line "hashing of 5,004 tasks" "$(awk -v b="${both%% *}" -v k="${kept%% *}" \
		'{ printf "%7.0f ms; everything with base hashes kept %.0f ms", b - $1, k }' <<<"$graph")"
}

# The same files by both programs, in one run. BitBake wants a locale that few machines have: it gets the
# C one under that name; its check of the host (sanity) is left out.
openembedded() {
	local dir=$scratch/oe ours theirs
	local options=(--set "INHERIT:append= oe-helpers" --set BB_PYTHON_ANONYMOUS=ignore)
	[ -n "${OE_CORE:-}" ] || return 0
	mkdir -p "$dir/conf" "$dir/classes" "$scratch/locale"
	cp classes/oe-helpers.bbclass "$dir/classes/"
	printf 'BBPATH = "${TOPDIR}"\nBBFILES ?= ""\nBBLAYERS = "%s/meta"\n' "$(realpath "$OE_CORE")" \
		>"$dir/conf/bblayers.conf"
	printf '%s\n' 'MACHINE ?= "qemux86-64"' 'HOSTTOOLS = ""' 'HOSTTOOLS_NONFATAL = ""' \
		'INHERIT:remove = "sanity"' >"$dir/conf/local.conf"
	ours=$(MEASURE_STATUS=any cold "$dir" "${options[@]}") || return 1
	line "cold parse of OpenEmbedded-Core" \
		"$(awk '{ printf "%7.0f ms, largest process %.0f MB", $1, $2 }' <<<"$ours")"
	[ -n "${BITBAKE:-}" ] || return 0
	cp -R /usr/lib/locale/C.utf8 "$scratch/locale/en_US.UTF-8"
	rm -rf "$dir/tmp" "$dir/cache"
	theirs=$(cd "$dir" && BBPATH=$dir BUILDDIR=$dir BB_PRESERVE_ENV=1 LOCPATH=$scratch/locale \
		measure 1 "$(realpath "$BITBAKE")/bin/bitbake" -p) || { line "  BitBake" "failed"; return 1; }
	line "  by BitBake" "$(awk -v ours="${ours%% *}" '{ printf "%7.0f ms: 1/%.0f of it", $1, $1 / ours }' <<<"$theirs")"
}

# build DIR [OPTION…]: builds world; prints what measure does.
build() {
	measure 1 "$BAKE" -B "$@" world
}

noop() {
	local dir=$scratch/layer counts ours ninja
	build "$dir" >"$scratch/full" || { line "no-op build" "failed"; return 1; }
	(cd "$dir" && "$BAKE" -B "$dir" -g world >/dev/null 2>&1)
	counts=$("$here/ninja.sh" "$dir/task-depends.dot" "$scratch/ninja" 2>&1)
	ninja -C "$scratch/ninja" >/dev/null || return 1
	ours=$(measure 9 "$BAKE" -B "$dir" world)
	ninja=$(measure 9 ninja -C "$scratch/ninja")
	line "no-op build, $RECIPES recipes x 6 tasks" \
		"$(awk -v n="${ninja%% *}" '{ printf "%7.0f ms, %.0f MB; ninja %.0f ms", $1, $2, n }' <<<"$ours")"
	line "  tasks and edges" "${counts/ / and }"
	line "  the build before, everything run" "$(awk '{ printf "%7.1f s", $1 / 1000 }' "$scratch/full")"
}

# Tasks one after another, so that wall time is what each costs; parsing is taken off. CPU time is what
# is left of that on a busy machine. Each way has a directory of its own: ext4 is slow to give out the
# inodes of files just removed.
overhead() {
	local parse with without
	"$here/layer.sh" "$scratch/inside" $SMALL
	"$here/layer.sh" "$scratch/outside" $SMALL
	parse=$(cd "$scratch" && measure 5 "$BAKE" -B "$scratch/inside" -g world) || return 1
	with=$(build "$scratch/inside" -j 1) || return 1
	without=$(build "$scratch/outside" -j 1 --set BB_SANDBOX=0) || return 1
	line "overhead of a trivial task" "$(awk -v tasks=$((SMALL * 6)) '
		{ wall[NR] = $1; cpu[NR] = $3 }
		END {
			for (i = 2; i <= 3; i++)
				printf "%s%.1f ms (%.1f of CPU) %s the sandbox", i == 2 ? "    " : ", ",
					(wall[i] - wall[1]) / tasks, (cpu[i] - cpu[1]) / tasks,
					i == 2 ? "with" : "without"
		}' <<<"$parse
$with
$without")"
	line "  for comparison: sh -c :" "$(measure 101 sh -c : | awk '{ printf "%7.1f ms", $1 }')"
}

# What namespaces and mounts cost a task, above a plain fork and exec.
sandbox() {
	local ms
	"$BAKE" -B "$scratch/tree" -c fetch base-files >/dev/null 2>&1   # makes HOSTTOOLS_DIR
	if ! ms=$(out/bench-sandbox "$scratch/tree/tmp" "$scratch/tree/tmp/hosttools"); then
		line "sandbox set-up" "not possible here"
		return
	fi
	line "sandbox set-up above fork and exec" \
		"$(awk '{ printf "%9.1f ms (%.1f against %.1f), %.1f of CPU", $2 - $1, $2, $1, $4 - $3 }' <<<"$ms")"
}

# The efficiency of the last build: CPU of its tasks / (wall × cores). One that only restored says
# nothing. tasks.tsv: start ms, end ms, CPU ms, peak KiB, run or restore, ok or failed, task.
efficiency() {
	local log=$BUILD/tmp/tasks.tsv
	[ -s "$log" ] || { line "compile efficiency of make image" "nothing built in $BUILD yet"; return; }
	line "compile efficiency of make image" "$(awk -F '\t' -v cores="$cores" '
		{
			if (!n++ || $1 < start) start = $1
			if ($2 > end) end = $2
			cpu += $3
			compiled += $5 == "run" && $7 ~ /:do_compile$/
		}
		END {
			if (!compiled) {
				printf "    the last build only restored: it says nothing"
				exit
			}
			wall = (end - start) / 1000
			printf "%7.2f (%d tasks, %.0f s of CPU in %.0f s on %d cores)",
				wall ? cpu / 1000 / wall / cores : 0, n, cpu / 1000, wall, cores
		}' "$log")"
}

# An artefact of the cache as a tree, packed and unpacked by the store's own code and by tar and zstd, at one level.
# CPU time is what a busy machine leaves of the comparison. The store hashes what it packs and checks what it unpacks.
packing() {
	local store largest mb tree=$scratch/packed/tree file=$scratch/packed/ours other=$scratch/packed/theirs
	store=$("$BAKE" -B "$scratch/tree" getvar --value SSTATE_DIR) || return 1
	largest=$(find "$store" -name '*.tar.zst' -printf '%s %p\n' 2>/dev/null | sort -rn | sed -n '1s/^[0-9]* //p')
	[ -n "$largest" ] || { line "packing and unpacking an artefact" "the cache is empty: make image"; return; }
	mkdir -p "$tree"
	zstd -dcq "$largest" | tar -x -C "$tree" || return 1
	mb=$(zstd -dcq "$largest" | wc -c | awk '{ print $1 / 1e6 }')
	compare "packing $(printf '%.0f' "$mb") MB" "$mb" "$(measure 5 out/bench-pack write "$tree" "$file")" \
		"$(measure 5 sh -c 'tar --sort=name -C "$1" -cf - . | zstd -3 -T1 -q -f -o "$2"' sh "$tree" "$other")"
	compare "unpacking it" "$mb" \
		"$(measure 5 sh -c 'rm -rf "$2" && exec out/bench-pack read "$1" "$2"' sh "$file" "$tree.ours")" \
		"$(measure 5 sh -c 'rm -rf "$2" && mkdir "$2" && zstd -dcq "$1" | tar -x -C "$2"' sh "$other" "$tree.theirs")"
	rm -rf "$scratch/packed"
}

# compare TEXT MB OURS THEIRS: what measure said of both.
compare() {
	line "$1" "$(awk -v mb="$2" '{ wall[NR] = $1; cpu[NR] = $3 }
		END { printf "%7.0f MB/s; tar | zstd %.0f MB/s; CPU time %.2f of its", mb / wall[1] * 1000,
			mb / wall[2] * 1000, cpu[1] / cpu[2] }' <<<"$3
$4")"
}

# image DIR OPTION…: builds it in an empty build directory; what measure does.
image() {
	local dir=$1
	shift
	rm -rf "$dir/tmp"
	measure 1 "$BAKE" -B "$dir" "$@" "$IMAGE"
}

# Everything from a full cache against everything compiled. Nothing but downloads is shared with the latter.
restoring() {
	local dir=$scratch/image warm cold compiled file
	"$BAKE" -B "$dir" -p >/dev/null 2>&1
	if "$BAKE" -B "$dir" -n "$IMAGE" 2>/dev/null | grep -q '^run .*:do_compile$'; then
		line "restoring $IMAGE" "the cache does not hold it: make image"
		return
	fi
	image "$dir" >/dev/null || { line "restoring $IMAGE" "failed"; return 1; }
	find "$("$BAKE" -B "$dir" getvar --value SSTATE_DIR)" -name '*.tar.zst' |
		while read -r file; do dd if="$file" iflag=nocache count=0 status=none; done
	cold=$(image "$dir")
	warm=$(image "$dir")
	line "restoring $IMAGE" "$(awk -v c="${cold%% *}" \
		'{ printf "%7.1f s; with the cache not in memory %.1f s", $1 / 1000, c / 1000 }' <<<"$warm")"
	if [ -z "${BENCH_COMPILE:-}" ]; then
		line "  compiling it" "not measured: BENCH_COMPILE=1 does"
		return
	fi
	compiled=$(image "$dir" --set SSTATE_DIR="$scratch/store") || { line "  compiling it" "failed"; return 1; }
	line "  compiling it" "$(awk -v w="${warm%% *}" \
		'{ printf "%7.0f s (%.0f s of CPU): restoring takes 1/%.0f", $1 / 1000, $3 / 1000, $1 / w }' <<<"$compiled")"
}

# What `bake repro` (or --against-cache) found the last time.
reproducible() {
	local report found=
	for report in "$BUILD/tmp/repro/report.json" ${REPORTS:-}; do
		[ -s "$report" ] || continue
		found=yes
		line "reproducible packages and images" "$(awk -F '[:,]' '
			/"machine"/ { gsub(/[" ]/, "", $2); machine = $2 }
			/"outputs"/ { all = $2 }
			/"outputs-identical"/ { same = $2 }
			END { printf "%7.1f %% (%d of %d, %s)", all ? 100 * same / all : 0, same, all, machine }' \
			"$report"), $(date -r "$report" +%F)"
	done
	[ -n "$found" ] || line "reproducible packages and images" "no report: bake repro $IMAGE"
}

echo "$(date +%F): bake $(git describe --always --dirty 2>/dev/null) on $cores cores, $(uname -m), $(awk -F ': ' '/model name/ { print $2; exit }' /proc/cpuinfo)"
mkdir -p "$scratch/layer"
"$here/layer.sh" "$scratch/layer" "$RECIPES"
status=0
parse "cold parse of this tree" "$scratch/tree" || status=1
growth || status=1
start || status=1
hashes || status=1
openembedded || status=1
noop || status=1
overhead || status=1
sandbox
packing || status=1
restoring || status=1
efficiency
reproducible
exit $status
