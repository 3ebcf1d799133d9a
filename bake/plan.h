/* plan: for every task of a graph: current, restore, run or not needed. Pure: what the disk
 * holds is asked through two callbacks. */
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

/* Sets every task's plan from the targets down. A task that runs needs all its dependencies. One
 * that is current or restored needs only those that are cached tasks of its own name (a sysroot
 * tree is of use only with the trees it links to); nothing else below it is looked at. A target
 * that is [noexec] needs what it depends on in any case. What depends on a forced task runs. Callbacks are asked at most once a task. What already ran, was
 * restored or runs keeps its plan; so a plan may be made again midway (an artefact turned out to
 * be damaged). */
struct plan_counts plan_make(struct graph *g, const struct plan_facts *facts);
/* Sets the state and the count of missing dependencies of every task from its plan: current and not
 * needed tasks are done, tasks with nothing missing ready. */
void plan_start(struct graph *g);

#endif
