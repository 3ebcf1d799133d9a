/* task: the child side of a job: from a recipe's store to a running shell or Lua function. */
#ifndef BAKE_TASK_H
#define BAKE_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "leak.h"        /* struct leak_secrets */
#include "util.h"

struct arena;
struct config;
struct graph;
struct jobserver;
struct offers;
struct same;
struct sandbox_bind;
struct view;
struct slice;
struct store;
struct task;

/* What all tasks of a build share. Made once; children read it. */
struct task_context {
	struct arena *arena;
	struct config *config;           /* as bake reads it */
	struct config *inside; /* as tasks see it: TMPDIR is SANDBOX_TMPDIR when hermetic */
	const struct graph *graph;
	struct store *store;             /* NULL: no artefact is kept or used */
	const struct same *same;         /* NULL: as store */
	const struct offers *offers;     /* of mirrors; NULL: there are none */
	const struct view *host; /* NULL: not hermetic */
	const struct jobserver *jobserver;
	const char *tmpdir;              /* the real one */
	const char *disks[3];    /* directories that tasks fill: TMPDIR, DL_DIR; ended by NULL */
	const struct sandbox_bind *binds;        /* the directories of the layers */
	size_t binds_count;
	struct leak_secrets secrets;     /* what no output may hold; none when not hermetic */
	const char *downloads; /* DL_DIR, writable for tasks that fetch; NULL: below TMPDIR */
	/* Told, in the process of the task, that t is done but for its stamp; NULL: nobody is. */
	void (*finished)(void *ctx, const struct task *t);
	void *ctx;
};

struct task_context *task_context_new(struct arena *a, struct config *config,
		const struct view *host);

/* What a job tells its scheduler through the fd `report`: records "Xtext\0". */
enum task_report {
	TASK_REPORT_LOG = 'L', /* the host's path of its log, from here on standard error */
	TASK_REPORT_PLAIN = 'P', /* bb.plain: for the person at the terminal */
	TASK_REPORT_WARNING = 'W',
	TASK_REPORT_ERROR = 'E', /* already in the log, when there is one */
	TASK_REPORT_CONTENT = 'C', /* content hash of its artefact */
};

/* Each runs in a process forked for it, ends it, and writes the stamp last.
 * task_run: evaluates the recipe in a sandbox, with its directories, locks, log and scripts, runs
 * prefuncs, the task, postfuncs, publishes and stores the artefact. Exits 0 or 1.
 * task_restore: takes the artefact from the store, where a mirror's is fetched first. Exits 0, or 2: unusable, the task must run. */
_Noreturn void task_run(const struct task_context *c, const struct task *t, int report);
_Noreturn void task_restore(const struct task_context *c, const struct task *t, int report);

/* Adds bb.exec_func and bb.taskdeps to what Lua and inline code may call. */
void task_library(void);

#endif
