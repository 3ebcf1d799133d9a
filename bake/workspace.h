/* workspace: the build directory: where it is, who has it locked, what its layers say. */
#ifndef BAKE_WORKSPACE_H
#define BAKE_WORKSPACE_H

#include <stdbool.h>

#include "util.h"

struct arena;
struct cache;
struct config;
struct harvest_faults;
struct harvest_wanted;
struct layer_faults;
struct lock;
struct options;
struct providers;
struct recipes;

struct workspace {
	struct arena *arena;
	const char *corebase; /* the base layer: root of the repository or share/bake; NULL: none */
	const char *topdir;              /* absolute */
	struct config *config;
	struct lock *lock;               /* of sources; NULL: none. Reading the configuration again
	                                  * takes this one, as it stands */
	struct recipes *recipes;         /* NULL until workspace_read */
	struct harvest_faults *failures;
	struct providers *providers;
	struct cache *cache;
};

/* The base layer: beside out/bake, or where `make install` put it. NULL: it is nowhere. */
const char *workspace_base(struct arena *a);
/* Finds the build directory: -B, $BUILDDIR, the current one when it has conf/bblayers.conf, else
 * COREBASE/build; makes its conf/ from the templates when it has none. NULL: message given. */
struct workspace *workspace_find(struct arena *a, const struct options *o);
/* Holds the build directory until exit. −1: message says which bake has it. */
int workspace_lock(const struct workspace *w);
/* Reads the configuration, with the history of variables when they will be shown. −1: the faults
 * are in *faults, not reported. */
int workspace_load(struct workspace *w, const struct options *o, struct layer_faults *faults);
/* The same, with every fault reported. */
int workspace_configure(struct workspace *w, const struct options *o);
/* Reads every recipe, with w->failures for those that cannot be read, and indexes them. */
void workspace_read(struct workspace *w);
/* Completes those records that are not identified yet; of tasks without a base hash there is no
 * hash. −1: faults were reported. */
int workspace_identify(struct workspace *w, const struct harvest_wanted *wanted);
/* The same, with every fault reported. −1 when there are some. */
int workspace_recipes(struct workspace *w);
/* Configuration and recipes, every fault reported. −1 when anything failed. */
int workspace_open(struct workspace *w, const struct options *o);

/* Copies the conf/bblayers.conf `from` (absolute) into the conf directory of another build directory,
 * with the same layers. −1 with errno and no message. */
int workspace_copy_layers(struct arena *a, const char *from, const char *conf);

#endif
