/* sched: one poll loop that starts ready tasks, longest remaining path first, and reaps them. */
#ifndef BAKE_SCHED_H
#define BAKE_SCHED_H

#include <stdbool.h>

struct graph;
struct task_context;

struct sched_options {
	unsigned jobs;           /* tasks at once, and tokens of the jobserver */
	bool keep_going;         /* -k */
	bool dry_run;            /* -n: prints what would run */
};

/* Runs the plan in g. SIGINT once: no new task, the running ones finish; twice: they are stopped.
 * Returns the number of failed tasks, 0 when all is done; −1 when interrupted. */
int sched_run(struct graph *g, struct task_context *c, const struct sched_options *o);

#endif
