/* rewrite: the files of a layer with the overrides of today, shown or written. */
#ifndef BAKE_REWRITE_H
#define BAKE_REWRITE_H

#include <stddef.h>
#include <stdio.h>

#include "convert.h"     /* struct convert_hits */
#include "util.h"

struct arena;

struct rewrite_file {
	struct slice path;               /* as it will be opened */
	struct slice old, new;
	unsigned mode;                   /* permission bits */
	struct convert_hits hits;
};

struct rewrite {
	struct rewrite_file *v;          /* those that change, in the order of their paths */
	size_t n;
	size_t files;                    /* how many were looked at */
};

/* Converts every metadata file below dir in memory of arena a; links and .git are passed over.
 * overrides: names to know beside those the layer shows. −1: reported. */
int rewrite_plan(struct arena *a, const char *dir, const struct slices *overrides,
		struct rewrite *out);
void rewrite_diff(const struct rewrite_file *f, FILE *out);          /* unified */
int rewrite_write(const struct rewrite *all);        /* −1: reported, at the first that fails */

#endif
