/* fragment: which configuration fragments (addfragments) are asked for, and where they are. */
#ifndef BAKE_FRAGMENT_H
#define BAKE_FRAGMENT_H

#include <stddef.h>

#include "util.h"

struct atom;
struct data;

struct fragment {
	const struct atom *name;         /* "layer/some/name" */
	struct slice path;               /* of its .conf file */
	const struct atom *variable;     /* built in: the variable it sets … */
	struct slice value;              /* … and to what */
};

/* The fragments of the variable `list`, in order: files below `prefix` in the layer they name, or
 * built-in ones ("kind:VARIABLE" words of the variable `builtin`). Raises for one
 * that is nowhere. */
struct fragment *fragment_list(struct data *d, struct slice list, struct slice prefix,
		struct slice builtin, size_t *count);

#endif
