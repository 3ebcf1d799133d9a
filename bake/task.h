/* task: the child side of a job: from a recipe's store to a running shell or Lua function. */
#ifndef BAKE_TASK_H
#define BAKE_TASK_H

#include <stdbool.h>

struct config;
struct graph;
struct store;
struct task;

struct task_context {
	struct config *config;
	struct graph *graph;
	struct store *store;
	bool hermetic;           /* sandbox works */
	int jobserver[2];        /* read and write end of GNU make's token pipe */
	unsigned jobs;
};

/* Runs t to its end in this (forked) process: makes [dirs], empties [cleandirs], evaluates the
 * recipe, enters the sandbox, writes run.do_x and log.do_x in T, runs prefuncs, the function,
 * postfuncs, stores the artefact, writes the stamp last. Never returns: exits 0 or 1. */
_Noreturn void task_run(const struct task_context *c, const struct task *t);
/* Puts t's artefact where its recipe says, writes the stamp. Same contract; exit 2: the artefact
 * was not usable and the task must run. */
_Noreturn void task_restore(const struct task_context *c, const struct task *t);
/* Is t's stamp there, with its hash? */
bool task_current(const struct task *t);

#endif
