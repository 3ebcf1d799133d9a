#!/bin/sh
# layer.sh DIR RECIPES: makes a build directory with a layer of that many recipes of six trivial tasks
# each. Every recipe depends on up to three earlier ones. It has a base class of its own, so that the
# engine is measured and not the classes of this tree.
set -eu
dir=$1
count=$2
mkdir -p "$dir/conf" "$dir/classes" "$dir/recipes"

cat >"$dir/conf/bblayers.conf" <<'END'
BBPATH = "${TOPDIR}"
BBLAYERS = "${TOPDIR}"
END
cat >"$dir/conf/layer.conf" <<'END'
BBFILES += "${LAYERDIR}/recipes/*.bb"
BBFILE_COLLECTIONS += "bench"
BBFILE_PATTERN_bench = "^${LAYERDIR}/recipes/"
BBFILE_PRIORITY_bench = "5"
LAYERSERIES_CORENAMES = "bench"
LAYERSERIES_COMPAT_bench = "bench"
END
cat >"$dir/conf/bitbake.conf" <<'END'
TMPDIR = "${TOPDIR}/tmp"
DL_DIR = "${TOPDIR}/downloads"
SSTATE_DIR = "${TOPDIR}/artefacts"
HOSTTOOLS = "sh true"
HOSTTOOLS_DIR = "${TMPDIR}/hosttools"
PATH = "${HOSTTOOLS_DIR}"
export PATH
BPN = "${PN}"
BP = "${BPN}-${PV}"
WORKDIR = "${TMPDIR}/work/${PN}/${PV}-${PR}"
T = "${WORKDIR}/temp"
S = "${WORKDIR}/${BP}"
B = "${S}"
D = "${WORKDIR}/image"
STAMP = "${TMPDIR}/stamps/${PN}/${PV}-${PR}"
OVERRIDES = "pn-${PN}"
BB_BASEHASH_IGNORE_VARS = "PWD HOME USER LOGNAME SHELL TMPDIR TOPDIR"
END
cat >"$dir/classes/base.bbclass" <<'END'
DEPENDS ?= ""
bench_trivial() {
	:
}
addtask fetch
do_fetch() {
	bench_trivial
}
addtask unpack after do_fetch
do_unpack() {
	bench_trivial
}
do_configure[deptask] = "do_install"
addtask configure after do_unpack
do_configure() {
	bench_trivial
}
addtask compile after do_configure
do_compile() {
	bench_trivial
}
addtask install after do_compile
do_install() {
	bench_trivial
}
addtask build after do_install
do_build() {
	bench_trivial
}
END

awk -v count="$count" -v dir="$dir/recipes" 'BEGIN {
	for (i = 1; i <= count; i++) {
		file = sprintf("%s/r%04d_1.%d.bb", dir, i, i % 10)
		depends = ""
		if (i > 1) depends = sprintf("r%04d", int(i / 2))
		if (i > 9) depends = depends sprintf(" r%04d r%04d", int(i / 3), i - 7)
		printf "SUMMARY = \"Recipe %d of the benchmark\"\nLICENSE = \"MIT\"\n", i > file
		printf "HOMEPAGE = \"https://example.org/${BPN}\"\n\n" > file
		printf "DEPENDS = \"%s\"\n", depends > file
		printf "SRC_URI = \"https://example.org/${BPN}/${BP}.tar.gz\"\n\n" > file
		printf "EXTRA_OECONF = \"--disable-static --prefix=${D}/usr\"\n" > file
		printf "EXTRA_OECONF:append = \" --with-number=%d\"\n\n", i > file
		printf "do_compile:append() {\n\ttrue ${EXTRA_OECONF}\n}\n" > file
		close(file)
	}
}'
