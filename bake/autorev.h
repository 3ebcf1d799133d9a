/* autorev: what AUTOREV stands for, kept in a file: "URL NAME COMMIT" lines. */
#ifndef BAKE_AUTOREV_H
#define BAKE_AUTOREV_H

#include "util.h"

struct arena;

struct autorev {
	const char *file;
	struct slice key;        /* "URL NAME" */
	/* Asks the server what stands there now: unset and *why when it cannot be asked. */
	struct slice (*ask)(void *ctx, struct slice *why);
	void *ctx;
};

/* The commit the file has for the key; else what the server says, which is kept from then on, for
 * every process must see the same. Unset and *why when nobody knows. In a. */
struct slice autorev_commit(struct arena *a, const struct autorev *r, struct slice *why);

#endif
