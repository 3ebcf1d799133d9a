/* revision: at which commit a layer's directory is. */
#ifndef BAKE_REVISION_H
#define BAKE_REVISION_H

#include <stdbool.h>

#include "util.h"

struct arena;

struct revision {
	struct slice commit;     /* unset: in no git repository */
	bool dirty;              /* it has changes that are in no commit */
};

/* Asks git. In arena a. */
struct revision revision_of(struct arena *a, const char *dir);

#endif
