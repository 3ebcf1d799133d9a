/* layer: conf/bblayers.conf to a sealed configuration; recipe files with their appends. */
#ifndef BAKE_LAYER_H
#define BAKE_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct atom;
struct data;

struct layer {
	struct slice dir;        /* absolute */
	struct slice collection; /* BBFILE_COLLECTIONS name */
	struct slice pattern;    /* BBFILE_PATTERN */
	int priority;            /* given or computed from LAYERDEPENDS */
};

struct layer_file {
	struct slice path;       /* absolute */
	const struct layer *layer;   /* NULL: matched by no pattern */
	struct slices appends;   /* absolute paths of the matching .bbappend files, in BitBake's order */
};

/* The configuration; lives in its arena until exit. */
struct config {
	struct arena *arena;
	struct data *data;       /* sealed */
	struct slice topdir;
	struct layer *layer;
	size_t layers;
	struct layer_file *file; /* recipe files in BitBake's order */
	size_t files;
	struct slices dangling;  /* .bbappend files that match no recipe */
	struct slices inputs;    /* every file the configuration was read from */
};

struct layer_options {
	const char *corebase;            /* COREBASE, set before conf/bblayers.conf is read; NULL: none */
	const struct slice *assign;      /* "NAME=value" of the command line, applied last */
	size_t assigns;
	bool history;            /* keep what set each variable */
};

/* What went wrong while loading. */
struct layer_faults {
	struct fault *v;
	size_t n, cap;
};

/* Reads the configuration of the build directory topdir. NULL when there were errors: all of them are
 * added to *faults, and the caller reports them (fault_report). */
struct config *layer_load(struct arena *a, const char *topdir, const struct layer_options *o,
		struct layer_faults *faults);

#endif
