/* leak: outputs that tell where they were made. */
#ifndef BAKE_LEAK_H
#define BAKE_LEAK_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

/* A text that no output may hold: what it is and what to use in its place, in words; and itself. */
struct leak_secret {
	const char *what, *instead;
	struct slice text;
};

struct leak_secrets {
	struct leak_secret *v;
	size_t n;
};

/* A file (path below its directory), a link's target or a name that holds a secret. */
struct leak {
	const char *path;
	const struct leak_secret *secret;
};

/* Is this path, this machine's name, long and odd enough to be found by accident only? Others are not
 * looked for. */
bool leak_tells_path(struct slice path);
bool leak_tells_host(struct slice name);

enum { LEAKS = 5 };              /* as many as are worth showing */

/* Looks through everything below dir. The first LEAKS of them (in arena a) in order of paths; returns
 * how many there are in all, or −1 with errno: dir cannot be read. No dir: none. */
long leak_find(struct arena *a, const char *dir, const struct leak_secrets *secrets,
		struct leak found[LEAKS]);

#endif
