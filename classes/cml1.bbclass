# Programs configured as Linux is: a .config made of fragments (the *.cfg files of SRC_URI, in their order;
# a later one wins). Options that no fragment names are off.

CML1_FRAGMENTS = "${@find_cfgs(d)}"

# The *.cfg files of SRC_URI where do_unpack puts them.
function find_cfgs(d)
	local found = {}
	for uri in (d:getVar("SRC_URI") or ""):gmatch("%S+") do
		local name = uri:match("^file://([^;]+%.cfg)")
		if name then found[#found + 1] = d:getVar("UNPACKDIR") .. "/" .. name end
	end
	return table.concat(found, " ")
end

# cml1_merge_fragments SOURCE BUILD FRAGMENT...: writes BUILD/.config and lets `make oldconfig` complete it. Fails
# when an option did not come out as asked: it does not exist, or what it depends on is missing.
cml1_merge_fragments() {
	source=$1 build=$2
	shift 2
	cml1_last_wins "$@" > "$build/.config.asked"
	cml1_all_off "$source" "$build" > "$build/.config.off"
	sed 's/^\(CONFIG_[A-Za-z0-9_]*\)=.*/# \1 is not set/' "$build/.config.asked" > "$build/.config.named"
	{
		grep -vxFf "$build/.config.named" "$build/.config.off" || :
		cat "$build/.config.asked"
	} > "$build/.config"
	yes '' | ${MAKE} ${EXTRA_OEMAKE} oldconfig > "$build/.config.log" 2>&1 || {
		cat "$build/.config.log" >&2
		bbfatal "make oldconfig failed"
	}
	cml1_check "$build/.config.asked" "$build/.config"
}

# One line an option: its last in the fragments, "# CONFIG_X is not set" included.
cml1_last_wins() {
	sed -n '/^CONFIG_[A-Za-z0-9_]*=/p; /^# CONFIG_[A-Za-z0-9_]* is not set$/p' "$@" |
		awk '{ name = $1 == "#" ? $2 : substr($0, 1, index($0, "=") - 1) }
			!(name in last) { order[++n] = name }
			{ last[name] = $0 }
			END { for (i = 1; i <= n; i++) print last[order[i]] }'
}

# Every yes-or-no option of the program, turned off.
cml1_all_off() {
	find "$1" "$2" -name Config.in -exec awk '
		$1 == "config" { name = $2 }
		$1 == "bool" && name { print "# CONFIG_" name " is not set"; name = "" }' {} + | sort -u
}

cml1_check() {
	lost=$(grep '^CONFIG' "$1" | grep -vxFf "$2" || :)
	if [ -n "$lost" ]; then
		bbfatal "not as asked in .config (misspelt, or another option is missing): $lost"
	fi
}
