#!/bin/bash
# Runs every fuzz target: run.sh [SECONDS] (60), each for that long from where chance and earlier runs lead. What
# libFuzzer finds new stays in out/fuzz, what makes a target fail is kept there too and named. The seeds in corpus/ are
# read, never changed.
# run.sh check, as `make check` runs it: a fixed number of inputs from a fixed seed and nothing an earlier run found, so
# that every machine checks the same; the target whose finds may be another project's (libarchive) reads its corpus alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-60}
inputs=40000
out=out/fuzz
sanitize=-fsanitize=address,undefined
# The language and archives: what the Makefile lists up to inline, without what talks to others; addresses, specs,
# locks, what earlier runs kept, what mirrors say of artefacts.
modules=$(make -s -pn -f Makefile 2>/dev/null | sed -n 's/^MODULES := //p' | tr ' ' '\n' |
	sed '/^inline$/q' | grep -vxE 'json|ui|net|survey|upload')
modules="$modules uri mirror pkgindex spec draft lock record provenance seal"
failed=0

build() {
	local objects=()
	for module in $modules; do objects+=("$out/$module.o"); done
	make -s -j"$(nproc)" FLAVOUR=fuzz CC=clang CFLAGS='-O1 -g' \
		SANITIZE="$sanitize,fuzzer-no-link -fno-sanitize-recover=all" "${objects[@]}" || return 1
	for target in tests/fuzz/fuzz_*.c; do
		name=$(basename "$target" .c)
		clang -std=c11 -D_GNU_SOURCE -O1 -g $sanitize,fuzzer -fno-sanitize-recover=all -iquote bake \
			-o "$out/$name" "$target" "${objects[@]}" \
			$(pkg-config --libs lua5.4 libcrypto libarchive) -lm || return 1
	done
}

# fuzz NAME: how far, and from which seeds.
fuzz() {
	local name=$1 corpus=tests/fuzz/corpus/$1
	if [ "$seconds" != check ]; then
		mkdir -p "$out/$name.corpus"
		run "$name" "$seconds s" $((seconds + 60)) -max_total_time="$seconds" "$out/$name.corpus" "$corpus"
	elif [ "$name" = fuzz_archive ]; then
		run "$name" 'its corpus' 600 -runs=0 "$corpus"
	else
		local scratch status
		scratch=$(mktemp -d)
		run "$name" "$inputs inputs" 600 -seed=1 -runs=$inputs "$scratch" "$corpus"
		status=$?
		rm -rf "$scratch"
		return $status
	fi
}

# run NAME WHAT TIMEOUT ARGUMENT…
run() {
	local name=$1 what=$2 limit=$3
	shift 3
	# libarchive asks for what a header says: much memory, but it is not touched.
	if timeout "$limit" "$out/$name" "$@" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=8192 -max_len=4096 \
		-print_final_stats=0 -verbosity=0 -artifact_prefix="$out/$name.failed-" >"$out/$name.log" 2>&1; then
		echo "ok - $name, $what"
	else
		echo "not ok - $name"
		tail -n 40 "$out/$name.log"
		return 1
	fi
}

mkdir -p "$out"
build || { echo "not ok - fuzz targets do not build"; exit 1; }
for target in tests/fuzz/fuzz_*.c; do
	fuzz "$(basename "$target" .c)" &
done
for job in $(jobs -p); do wait "$job" || failed=1; done
ls "$out"/*.failed-* >/dev/null 2>&1 && { ls "$out"/*.failed-*; failed=1; }
exit $failed
