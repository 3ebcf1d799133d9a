/* plan: for every task of a graph: current, restore, run or not needed. Pure: what the disk holds is
 * asked through two callbacks. */
#ifndef BAKE_PLAN_H
#define BAKE_PLAN_H

#include <stdbool.h>

struct graph;
struct task;

struct plan_facts {
	void *ctx;
	bool (*current)(void *ctx, const struct task *t);    /* its stamp exists with this hash */
	bool (*stored)(void *ctx, const struct task *t);     /* its artefact is in the store */
};

struct plan_counts {
	unsigned current, restore, run, not_needed;
};

/* Sets every task's plan from the targets down: a current or restored task needs nothing below it
 * (unless forced), so work starts only where it must. */
struct plan_counts plan_make(struct graph *g, const struct plan_facts *facts);

#endif
