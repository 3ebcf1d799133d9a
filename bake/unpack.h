/* unpack: sources into the directory a recipe is built from. */
#ifndef BAKE_UNPACK_H
#define BAKE_UNPACK_H

#include <stddef.h>

#include "util.h"

struct data;

/* Puts everything SRC_URI names into dir, in order: archives unpacked (unless unpack=0), below
 * subdir=, without their first striplevel= directories; repositories checked out in destsuffix=;
 * anything else copied. Raises. */
void unpack_all(struct data *d, const char *dir);

/* A patch of SRC_URI: ends in .patch or .diff, compressed or not, unless apply=no; or apply=yes. */
struct unpack_patch {
	struct slice path;       /* where unpack_all has put it; its source before that */
	struct slice striplevel; /* "1" */
	struct slice patchdir;   /* unset: S */
};
struct unpack_patch *unpack_patches(struct data *d, size_t *count);

#endif
