/* graph: targets to tasks with their edges, weights and hashes. Reads records, writes none. */
#ifndef BAKE_GRAPH_H
#define BAKE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct atom;
struct providers;
struct recipe;
struct recipe_task;

/* What is to become of a task; changed only by task_become in graph.c, which asserts the old
 * state. */
enum task_state {
	TASK_WAITING,            /* some dependency is not done */
	TASK_READY,              /* may start now */
	TASK_RUNNING,
	TASK_DONE,               /* ran, was restored, was current or is not needed */
	TASK_FAILED,
	TASK_BLOCKED,            /* something below it failed */
};

enum task_plan {
	PLAN_UNKNOWN,
	PLAN_CURRENT,            /* its stamp carries its hash: nothing to do */
	PLAN_RESTORE,            /* its artefact is in the store */
	PLAN_RUN,
	PLAN_NOT_NEEDED,         /* only what is restored or current would have used it */
};

struct task {
	const struct recipe *recipe;
	const struct recipe_task *spec;
	struct slice id;                 /* "PN:do_task", for messages and files */
	uint32_t number;                 /* index in graph->task */
	uint32_t *deps, *rdeps;          /* what it needs, what needs it; sorted, no repeats */
	uint32_t deps_count, rdeps_count;
	uint32_t missing;                /* deps not yet TASK_DONE */
	uint64_t weight;                 /* cost of the longest path to a target: higher first */
	struct slice hash;               /* task hash, hex sha256 */
	struct slice content;            /* content hash of its artefact, once it has run */
	struct slice same;               /* its dependents are hashed with this when set: see same.h */
	struct slice taint;              /* set before graph_hash by whoever knows of a forced run: part
	                                  * of the hash, so everything above is new too */
	enum task_state state;
	enum task_plan plan;
	bool target;                     /* asked for by name */
	bool remote;                     /* its artefact is to be had from a mirror: see offer.h */
	bool unusable;                   /* its stored artefact was tried in vain: it runs */
	bool forced;                     /* -f, -C, [nostamp]: runs, and so does what needs it */
};

struct graph {
	struct arena *arena;
	struct task *task;               /* every task comes after all it depends on */
	uint32_t count;
	struct slices buildlist;         /* PNs that the targets need, sorted */
};

struct target {
	struct slice name;               /* PN or provided name */
	struct slice task;               /* "do_build" */
};

struct targets {
	struct target *v;
	size_t n, cap;
};

/* The targets of a command line: "name" and "name:do_task", "world" and "universe" spelt out;
 * task is the default one, with or without do_. Raises for a configuration other than the one there
 * is ("mc:arm:name"). */
struct targets graph_targets(struct arena *a, struct providers *p, const struct slices *words,
		struct slice task);
/* Builds the graph as BitBake's taskdata and runqueue do: closure of [depends], deptask,
 * rdeptask, recrdeptask …; prunes what no target reaches. NULL after reporting everything that
 * is missing (who asked for it, near names), two providers of one name, or a cycle as its path. */
struct graph *graph_build(struct arena *a, struct providers *p, const struct targets *targets);
/* Task hashes: base hash + dependencies' hashes + sums of local files + extra (what the
 * host's tools are) + taint. For what depends on it, a task may keep the hash of an earlier run
 * that left the same content: same (NULL: never) finds it. Returns −1 when a local file cannot be
 * read (reported). */
struct graph_same {
	void *ctx;
	struct slice (*find)(void *ctx, struct slice hash);  /* unset: itself */
};
int graph_hash(struct graph *g, struct slice extra, const struct graph_same *same);
/* What the hash of t was made of, in the lines of a signature's dump (sig.h) that begin with @:
 * @task @hash @base @taint, "@dep/ID hash-as-seen own-hash", "@file/NAME sum" and those of extra. */
struct buf;
void graph_explain(const struct graph *g, const struct task *t, struct slice extra,
		struct buf *out);
/* -f (task unset: the targets themselves) and -C TASK (that task of the targets' recipes). */
void graph_force(struct graph *g, struct slice task);

/* What a task may see of others: its direct dependencies, and through cached tasks their own direct
 * dependencies that are cached tasks of the same name (so do_populate_sysroot reaches DEPENDS of
 * DEPENDS). Sorted by id; t itself is not in it. */
struct graph_input {
	const struct task *task;
	bool direct;
};
struct graph_input *graph_inputs(const struct graph *g, const struct task *t, struct arena *a,
		size_t *count);

void task_become(struct task *t, enum task_state state);

#endif
