# Messages of shell tasks; they go to the task's log. `bake` shows the log's last lines when a task fails.

bbplain() {
	printf '%s\n' "$*" >&2
}

bbnote() {
	printf 'NOTE: %s\n' "$*" >&2
}

bbdebug() {
	level=$1
	shift
	printf 'DEBUG: %s: %s\n' "$level" "$*" >&2
}

bbwarn() {
	printf 'WARNING: %s\n' "$*" >&2
}

bberror() {
	printf 'ERROR: %s\n' "$*" >&2
}

bbfatal() {
	printf 'ERROR: %s\n' "$*" >&2
	exit 1
}

bbfatal_log() {
	bbfatal "$*"
}
