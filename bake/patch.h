/* patch: one patch onto a tree of sources, whole or not at all. */
#ifndef BAKE_PATCH_H
#define BAKE_PATCH_H

#include "util.h"

struct arena;

struct patch {
	const char *file;        /* absolute */
	const char *dir;         /* absolute */
	const char *strip;       /* digits: how many directories of its names are dropped */
	const char *rejects;     /* hunks that do not fit are left in this file; NULL: nowhere */
	const char *path;        /* where patch and git are looked up ("dir:dir") */
};

enum patch_result {
	PATCH_EXACT,
	PATCH_INEXACT,           /* applied, with fuzz; or there was nothing in it */
	PATCH_REFUSED,           /* nothing was changed */
};

/* One that holds a binary file goes through git apply. *said: which hunk of which file, and where
 * the rejects are; in a. */
enum patch_result patch_apply(struct arena *a, const struct patch *p, struct slice *said);

#endif
