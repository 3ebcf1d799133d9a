/* provider: a name to the recipes that provide it: versions, preferences, priorities. Pure. */
#ifndef BAKE_PROVIDER_H
#define BAKE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct data;
struct recipe;
struct recipes;
struct slice;
struct slices;
struct providers;

/* Indexes recipes, which must outlive the index. config (sealed) is read for
 * PREFERRED_*, REQUIRED_VERSION*, ASSUME_PROVIDED, BB_MULTI_PROVIDER_ALLOWED; reading may raise. */
struct providers *provider_index(struct arena *a, struct data *config, const struct recipes *list);

/* How many settings of config cannot be used (PREFERRED_PROVIDERS); each was reported. */
unsigned provider_faults(const struct providers *p);

/* The recipes that may satisfy a name, best first; owned by the index, answered once a name. */
struct provider_choice {
	const struct recipe **v;         /* v[0] is the one to use */
	uint32_t n;
	bool assumed;                    /* ASSUME_PROVIDED: n is 0 and that is fine */
	const char *why;                 /* n is 0: what there is instead: near names, skips … */
};

/* For a build-time name (DEPENDS, targets) and a run-time name (RDEPENDS), as BitBake's
 * providers.py. Notes and warnings about the choice (no preference set, version not available)
 * are given once. */
const struct provider_choice *provider_build(struct providers *p, struct slice name);
const struct provider_choice *provider_run(struct providers *p, struct slice name);

/* Adds PNs: what "world" is for a task (SLICE_NONE: any), or every PN with it for "universe".
 * Sorted. */
void provider_world(struct providers *p, struct slice task, struct slices *targets);
void provider_universe(struct providers *p, struct slice task, struct slices *targets);
/* May several recipes in one build provide name? (BB_MULTI_PROVIDER_ALLOWED) */
bool provider_many_allowed(const struct providers *p, struct slice name);

#endif
