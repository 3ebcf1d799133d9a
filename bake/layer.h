/* layer: conf/bblayers.conf to a sealed configuration; recipe files with their appends. */
#ifndef BAKE_LAYER_H
#define BAKE_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"      /* what layer_load fills in */

struct layer_options {
	const char *corebase; /* COREBASE, set before conf/bblayers.conf is read; NULL: none */
	const struct slice *assign;      /* "NAME=value" of the command line, applied last */
	size_t assigns;
	struct lock *lock;       /* in place of what SOURCES_LOCK names; NULL: that */
	bool history;            /* keep what set each variable */
};

/* Reads the configuration of the build directory topdir. NULL when there were errors: all of them
 * are added to *faults, and the caller reports them (fault_report). */
struct config *layer_load(struct arena *a, const char *topdir, const struct layer_options *o,
		struct layer_faults *faults);

#endif
