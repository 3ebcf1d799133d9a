#!/bin/sh
# ninja.sh DOT DIR: makes DIR/build.ninja from a task-depends.dot of bake: the same nodes, the same edges.
set -eu
mkdir -p "$2/stamps"
awk -F '"' '
	/->/ { deps[$2] = deps[$2] " stamps/" $4; edges++; next }
	/label=/ { node[++nodes] = $2 }
	END {
		print "rule touch\n  command = : > $out"
		for (i = 1; i <= nodes; i++)
			print "build stamps/" node[i] ": touch" deps[node[i]]
		print nodes + 0, edges + 0 > "/dev/stderr"
	}' "$1" >"$2/build.ninja"
