# Shell helpers for recipes' do_install.

# create_wrapper FILE NAME=VALUE…: FILE becomes a script that sets the variables and runs what it was.
create_wrapper() {
	cmd=$1
	shift
	mv "$cmd" "$cmd.real"
	{
		echo '#!/bin/sh'
		echo 'here=$(dirname "$(readlink -f "$0")")'
		for setting in "$@"; do
			echo "export $setting"
		done
		echo "exec \"\$here/$(basename "$cmd").real\" \"\$@\""
	} > "$cmd"
	chmod +x "$cmd"
}

# oe_soinstall LIBRARY DIR: installs a shared library and the links its SONAME asks for.
oe_soinstall() {
	name=$(basename "$1")
	soname=$(${READELF} -d "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
	install -d "$2"
	install -m 0755 "$1" "$2/$name"
	if [ -n "$soname" ] && [ "$soname" != "$name" ]; then
		ln -sf "$name" "$2/$soname"
	fi
	ln -sf "${soname:-$name}" "$2/${name%%.so*}.so"
}

# check_app_exists NAME: is it in PATH?
check_app_exists() {
	command -v "$1" > /dev/null
}
