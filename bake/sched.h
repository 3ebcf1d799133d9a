/* sched: one poll loop that starts ready tasks, longest remaining path first, and reaps them. */
#ifndef BAKE_SCHED_H
#define BAKE_SCHED_H

#include <stdbool.h>

struct arena;
struct graph;
struct jobserver;
struct plan_facts;
struct same;
struct slice;
struct task;
struct task_context;
struct ui;

struct sched_options {
	unsigned jobs;                   /* tasks at once, not counting those that fetch */
	bool keep_going;                 /* -k */
	const struct plan_facts *facts;  /* to plan again when an artefact turns out unusable */
	struct jobserver *jobserver;
	struct ui *ui;
	const struct same *same;         /* notes what tasks leave; NULL: nothing does */
	int (*hash_again)(void *ctx);    /* called when a task left what an earlier run had left */
	/* What the end of a failed task's log tells to be missing, lines in a; NULL: nobody knows. */
	struct slice (*remedy)(void *ctx, struct arena *a, const struct task *t, struct slice log);
	void *ctx;
	const char *statistics;          /* file that receives a line per task; NULL: none */
};

/* Runs the plan in g (plan_make and plan_start are done). SIGINT once: no new task, the running
 * ones finish; twice, or SIGTERM: they are stopped. Returns the number of failed tasks, 0 when all
 * is done; −1 when interrupted. */
int sched_run(struct graph *g, struct task_context *c, const struct sched_options *o);

#endif
