/* config: what reading the configuration results in: its store, layers and recipe files. */
#ifndef BAKE_CONFIG_H
#define BAKE_CONFIG_H

#include <stddef.h>

#include "util.h"

struct atom;
struct data;
struct lock;
struct regex;

struct layer {
	struct slice dir;        /* absolute */
	struct slice collection; /* BBFILE_COLLECTIONS name */
	struct slice pattern;    /* BBFILE_PATTERN */
	struct regex *regex;     /* pattern, compiled */
	int priority;            /* given or computed from LAYERDEPENDS */
};

struct layer_file {
	struct slice path;       /* absolute */
	const struct layer *layer;   /* NULL: matched by no pattern */
	struct slices appends;   /* absolute paths of its .bbappend files, in BitBake's order */
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
	struct lock *lock;       /* of sources; NULL: SOURCES_LOCK is not set */
	struct slices inputs;    /* every file the configuration was read from */
	struct slice given;      /* what environment and command line set */
	struct slice witness;    /* what it depends on on disk (witness.h); unset: not settled yet */
};

/* What went wrong while loading. */
struct layer_faults {
	struct fault *v;
	size_t n, cap;
};

/* Names of variables whose value is another one in every run; NULL ends. They do not tell two
 * configurations apart, so nothing that asks for them is kept from run to run. */
extern const char *const config_restless[];

/* Adds one; texts are copied to arena a. file unset: no file is to blame. */
void layer_fault(struct arena *a, struct layer_faults *list, struct slice file, int line,
		struct slice text);

#endif
