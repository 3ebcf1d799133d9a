/* A small build directory in /tmp for tests that read metadata from files. */
#ifndef TESTS_BUILDDIR_H
#define TESTS_BUILDDIR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"
#include "os.h"
#include "util.h"

static struct arena *arena;
static char top[] = "/tmp/bake-test-XXXXXX";

static inline void put(const char *name, const char *text) {
	const char *path = arena_printf(arena, "%s/%s", top, name).p;
	cr_assert_eq(os_mkparents(path), 0);
	cr_assert_eq(os_write(path, slice_of(text), 0644, false), 0);
}

static inline void builddir_begin(void) {
	arena = arena_new();
	cr_assert(mkdtemp(top));
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\n");
	put("conf/layer.conf", "BBFILES += \"${LAYERDIR}/recipes/*.bb ${LAYERDIR}/recipes/*.bbappend\"\n"
			"BBFILE_COLLECTIONS += \"test\"\nBBFILE_PATTERN_test = \"^${LAYERDIR}/recipes/\"\n"
			"BBFILE_PRIORITY_test = \"7\"\nLAYERSERIES_CORENAMES = \"one\"\n"
			"LAYERSERIES_COMPAT_test = \"one\"\n");
	put("conf/bitbake.conf", "TMPDIR = \"${TOPDIR}/tmp\"\nSTAMP = \"${TMPDIR}/stamps/${PN}-${PV}\"\n"
			"OVERRIDES = \"pn-${PN}\"\nMACHINE = \"m1\"\nMACHINEOVERRIDES = \"all:m1\"\n"
			"HOST_SYS = \"riscv64-linux\"\n");
	put("classes/base.bbclass", "addtask fetch\ndo_fetch() {\n\t:\n}\n"
			"addtask build after do_fetch\ndo_build() {\n\t:\n}\n");
}

static inline void builddir_end(void) {
	os_remove(top);
	arena_free(arena);
}

static inline struct config *load(void) {
	struct layer_options options = { 0 };
	struct layer_faults faults = { 0 };
	struct config *c = layer_load(arena, top, &options, &faults);
	for (size_t i = 0; i < faults.n; i++)
		fault_report(&faults.v[i]);
	cr_assert(c, "the configuration does not load");
	return c;
}

#endif
