/* preference: which of several recipes: layer priority, versions, PREFERRED_* and REQUIRED_VERSION. */
#ifndef BAKE_PREFERENCE_H
#define BAKE_PREFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct data;
struct map;
struct preference;
struct recipe;

/* Recipes, without repeats when added one recipe after the other. Start from {0}. */
struct candidates {
	const struct recipe **v;
	uint32_t n, cap;
};

void candidates_add(struct arena *a, struct candidates *list, const struct recipe *r);

/* config is read when something is asked (which may raise); by_pn: PN → struct candidates, all the
 * recipes of a PN, filled before the first question. */
struct preference *preference_new(struct arena *a, struct data *config, const struct map *by_pn);
/* How many entries of PREFERRED_PROVIDERS are wrong; each was reported. */
unsigned preference_faults(const struct preference *p);

/* The candidates for item (a build-time or a run-time name), the best of each PN, best PN first. Notes
 * and warnings about the choice are given. None, with *why set, when a required version is not there
 * or preferences conflict. */
struct candidates preference_build(struct preference *p, const struct candidates *all,
		struct slice item, const char **why);
struct candidates preference_run(struct preference *p, const struct candidates *all,
		struct slice item, const char **why);

/* Order of two recipes by (PE, PV, PR): <0, 0, >0. */
int preference_newer(const struct recipe *a, const struct recipe *b);

#endif
