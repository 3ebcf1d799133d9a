/* collection: the layers by name: which files belong to each, and which layer comes first. */
#ifndef BAKE_COLLECTION_H
#define BAKE_COLLECTION_H

#include <stdbool.h>

#include "config.h"

struct data;

/* The layers of BBFILE_COLLECTIONS, in its order, with patterns and priorities (BBFILE_PRIORITY, or
 * one more than the layers they depend on). What is wrong is added to *faults, all of it. */
void collection_read(struct config *c, struct data *d, struct layer_faults *faults);
/* The layer whose pattern matches path; NULL: none. Of two, the one whose pattern sorts last. */
const struct layer *collection_of(const struct config *c, struct slice path);

#endif
