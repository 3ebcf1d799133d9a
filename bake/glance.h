/* glance: what can be told of a variable without evaluating it. Part of the store, for hashing. */
#ifndef BAKE_GLANCE_H
#define BAKE_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

struct atom;
struct buf;
struct data;
struct map;
struct slice;

/* Is there a :remove on name, or on a NAME:override that may stand in for it? */
bool glance_may_remove(const struct data *d, const struct atom *name);
/* Steps over the flags, unexpanded: for (i = 0; glance_next_flag(d, name, &i, &flag, &text);) … */
bool glance_next_flag(const struct data *d, const struct atom *name, uint32_t *i,
		const struct atom **flag, struct slice *value);
/* The same pointer for two stores exactly when both see the variable as the sealed configuration
 * they share has it. NULL: the store has its own, or (unless only its flags matter) an override
 * or a conditional operation may bear on it. */
const void *glance_shared(const struct data *d, const struct atom *name, bool flags_only);

/* Was the value of name ever asked of d, or of a store between it and root? */
bool glance_asked(const struct data *d, const struct data *root, const struct atom *name);
/* Everything but the variables of the set `except` that the store and those above it hold, unexpanded, as bytes: two stores that give the same
 * bytes cannot be told apart by reading them. */
void glance_everything(const struct data *d, const struct map *except, struct buf *out);

#endif
