# For tests of the engine in a workspace of four files (tiny/): sourced by *.test.
#
#   workspace            a fresh copy in $top, which is also the current directory
#   recipe NAME <<text   recipes/NAME_1.0.bb
#   bake ARGUMENTS       the engine; output in $top.out, its exit status in $status
#   ok TEXT COMMAND…     prints "ok - TEXT" when the command succeeds, else "not ok" and the output
#   says REGEX, silent REGEX     does (no) line of the output match?
#   both COMMAND COMMAND         do both succeed?
here=$(cd "$(dirname "$0")" && pwd)
engine=${BAKE:-$here/../../out/bake}
[ -x "$engine" ] || { echo "not ok - $engine is not built"; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0

workspace() {
	count=$((count + 1))
	top=$scratch/$count
	cp -R "$here/tiny" "$top"
	mkdir "$top/recipes"
	cd "$top" || exit 1
}

recipe() {
	cat > "recipes/$1_1.0.bb"
}

bake() {
	timeout 60 "$engine" "$@" > "$top.out" 2>&1
	status=$?
}

says() {
	grep -qE -- "$1" "$top.out"
}

both() {                                 # both COMMAND COMMAND: two conditions
	eval "$1" && eval "$2"
}

silent() {
	! grep -qE -- "$1" "$top.out"
}

ok() {
	text=$1
	shift
	if "$@"; then
		echo "ok - $text"
	else
		echo "not ok - $text"
		echo "# failed: $*"
		tail -n 30 "$top.out" 2>/dev/null | sed 's/^/# /'
	fi
}
