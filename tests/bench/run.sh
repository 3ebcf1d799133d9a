#!/bin/bash
# Prints the figures of this machine: parsing, a no-op build beside ninja, overhead per task, and how
# well the last `make image` kept the processors busy. Everything is made anew below a scratch
# directory; BAKE names the engine, RECIPES the size of the generated layer.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$PWD/tests/bench
BAKE=$(realpath "${BAKE:-out/bake}")
RECIPES=${RECIPES:-1000}
SMALL=100                # recipes of the layer whose tasks are timed one after another
BUILD=${BUILD:-build}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/bake-bench.XXXXXX") && trap 'rm -rf "$scratch"' EXIT
${CC:-cc} -O2 -o "$scratch/measure" "$here/measure.c" || exit 1

line() { printf '%-46s %s\n' "$1" "$2"; }
measure() { "$scratch/measure" "$@"; }
cores=$(nproc)

# parse TEXT DIR [OPTION…]: a cold parse. There is no cache on disk: every parse is cold.
parse() {
	local text=$1 dir=$2 result
	shift 2
	result=$(measure 5 "$BAKE" -B "$dir" "$@" -p) || { line "$text" "failed"; return 1; }
	line "$text" "$(awk '{ printf "%7.0f ms, largest process %.0f MB", $1, $2 }' <<<"$result")"
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
	mkdir -p "$scratch/tmp"
	if ! ms=$(out/bench-sandbox "$scratch/tmp"); then
		line "sandbox set-up" "not possible here"
		return
	fi
	line "sandbox set-up above fork and exec" \
		"$(awk '{ printf "%9.1f ms (%.1f against %.1f)", $2 - $1, $2, $1 }' <<<"$ms")"
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

echo "bake on $cores cores, $(uname -m), $(awk -F ': ' '/model name/ { print $2; exit }' /proc/cpuinfo)"
mkdir -p "$scratch/layer"
"$here/layer.sh" "$scratch/layer" "$RECIPES"
status=0
parse "cold parse of this tree" "$scratch/tree" || status=1
parse "cold parse of $RECIPES generated recipes" "$scratch/layer" || status=1
noop || status=1
overhead || status=1
sandbox
efficiency
exit $status
