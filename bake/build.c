/* build: from targets to done: graph, hashes, plan, then the scheduler. Before anything runs,
 * everything that can be known to stop it has been looked at: metadata, tools, disk, lock. */
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "graph.h"
#include "hosttools.h"
#include "jobserver.h"
#include "layer.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "plan.h"
#include "provider.h"
#include "recipe.h"
#include "same.h"
#include "sandbox.h"
#include "sched.h"
#include "stamp.h"
#include "store.h"
#include "taint.h"
#include "task.h"
#include "ui.h"
#include "util.h"
#include "workspace.h"

/* A build that starts with less would only leave broken logs. */
enum { LEAST_FREE_MB = 32 };

struct build {
	struct arena *arena;
	const struct options *o;
	struct workspace *w;
	struct data *config;
	const char *tmpdir;
	struct store *store;             /* NULL: none */
	struct same *same;
	struct slice compiler;           /* its identity */
	struct graph *graph;
	struct plan_facts facts;
	struct plan_counts counts;
};

static const char *text(struct build *b, const char *name) {
	return arena_str(b->arena, data_text(b->config, name));
}

/* --- the plan --- */

static bool is_current(void *ctx, const struct task *t) {
	(void)ctx;
	return stamp_is_there(t);
}

static bool is_stored(void *ctx, const struct task *t) {
	const struct build *b = ctx;
	return b->store && store_has(b->store, t->hash.p);
}

static struct slice default_task(struct build *b) {
	struct slice task = b->o->task;
	if (!task.n)
		task = data_text(b->config, "BB_DEFAULT_TASK");
	return task.n ? task : SLICE("build");
}

static struct slice find_same(void *ctx, struct slice hash) {
	const struct build *b = ctx;
	return same_find(b->same, hash);
}

/* At the start, and whenever a task left what an earlier run had left. */
static int hash_again(void *ctx) {
	struct build *b = ctx;
	struct graph_same same = { b, find_same };
	return graph_hash(b->graph, b->compiler, b->same ? &same : NULL);
}

/* The artefacts of earlier builds. Without SSTATE_DIR nothing is kept. */
static int open_store(struct build *b) {
	const char *dir = text(b, "SSTATE_DIR");
	if (!*dir)
		return 0;
	b->store = store_open(b->arena, dir);
	b->same = same_open(b->arena, dir);
	return b->store ? 0 : -1;
}

/* -f and -C. What is forced keeps a new identity, so that its dependents and later builds follow
 * it. */
static int force(struct build *b) {
	if (b->o->force)
		graph_force(b->graph, SLICE_NONE);
	if (b->o->clear.n)
		graph_force(b->graph, b->o->clear);
	for (uint32_t i = 0; i < b->graph->count && !b->o->dry_run; i++) {
		struct task *t = &b->graph->task[i];
		if (t->forced && !t->spec->nostamp && taint_set(b->tmpdir, t) < 0)
			return -1;
	}
	return 0;
}

static int make_graph(struct build *b) {
	struct targets targets =
			graph_targets(b->arena, b->w->providers, &b->o->words, default_task(b));
	b->graph = graph_build(b->arena, b->w->providers, &targets);
	if (!b->graph || hosttools_identity(b->config, b->arena, &b->compiler) < 0 || force(b) < 0)
		return -1;
	taint_read(b->tmpdir, b->graph);
	return hash_again(b);
}

static void make_plan(struct build *b) {
	b->facts = (struct plan_facts){ b, is_current, is_stored };
	b->counts = plan_make(b->graph, &b->facts);
	plan_start(b->graph);
}

static int print_plan(const struct build *b) {
	for (uint32_t i = 0; i < b->graph->count; i++) {
		const struct task *t = &b->graph->task[i];
		if (t->plan == PLAN_RUN || t->plan == PLAN_RESTORE)
			printf("%s " SFMT "\n", t->plan == PLAN_RUN ? "run" : "restore",
					SARG(t->id));
	}
	printf("%u to run, %u to restore, %u current\n", b->counts.run, b->counts.restore,
			b->counts.current);
	return 0;
}

/* --- what running needs --- */

static int check_disk(struct build *b) {
	uint64_t free_mb;
	if (os_mkdirs(b->tmpdir) < 0) {
		error("TMPDIR: %s: %s", b->tmpdir, strerror(errno));
		return -1;
	}
	free_mb = os_free_bytes(b->tmpdir) >> 20;
	if (free_mb >= LEAST_FREE_MB)
		return 0;
	error("disk full: %s has %llu MB left, a build needs at least %d: make room or set TMPDIR "
		"elsewhere", b->tmpdir, (unsigned long long)free_mb, LEAST_FREE_MB);
	return -1;
}

static int make_downloads(struct build *b) {
	const char *dir = text(b, "DL_DIR");
	if (!*dir || os_mkdirs(dir) == 0)
		return 0;
	error("DL_DIR: %s: %s", dir, strerror(errno));
	return -1;
}

/* Without a sandbox the user is told once, and tasks see the machine as it is. */
static struct task_context *make_context(struct build *b) {
	const struct view *host = NULL;
	const char *why = "BB_SANDBOX = \"0\"";
	bool wanted = !data_is(b->config, "BB_SANDBOX", "0");
	if (wanted && !(host = sandbox_prepare(b->arena, b->tmpdir)))
		return NULL;
	if (!wanted || !sandbox_works(host, &why)) {
		warn("not hermetic: tasks run without a sandbox: %s", why);
		host = NULL;
	}
	struct task_context *c = task_context_new(b->arena, b->w->config, host);
	c->graph = b->graph;
	c->store = b->store;
	return c;
}

static unsigned jobs(struct build *b) {
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	long asked = b->o->jobs ? (long)b->o->jobs : strtol(text(b, "BB_NUMBER_THREADS"), NULL, 10);
	return asked > 0 ? (unsigned)asked : processors > 0 ? (unsigned)processors : 1;
}

static int run_plan(struct build *b, struct ui *ui) {
	struct jobserver tokens;
	struct sched_options o = { .jobs = jobs(b),
		.keep_going = b->o->keep_going,
		.facts = &b->facts,
		.jobserver = &tokens,
		.ui = ui,
		.same = b->same,
		.hash_again = hash_again,
		.ctx = b };
	if (check_disk(b) < 0 || make_downloads(b) < 0 || hosttools_link(b->config) < 0)
		return 1;
	struct task_context *c = make_context(b);
	if (!c || jobserver_open(&tokens, o.jobs) < 0)
		return 1;
	c->jobserver = &tokens;
	o.statistics = arena_printf(b->arena, "%s/tasks.tsv", b->tmpdir).p;
	int result = sched_run(b->graph, c, &o);
	jobserver_close(&tokens);
	return result;
}

/* --- the command --- */

static void report_blocked(const struct build *b) {
	unsigned blocked = 0;
	for (uint32_t i = 0; i < b->graph->count; i++)
		blocked += b->graph->task[i].state == TASK_BLOCKED;
	if (blocked)
		note("%u more task%s not tried, for they need what failed", blocked,
				blocked == 1 ? " was" : "s were");
}

static int execute(struct build *b) {
	struct ui_options options = { .fd = 2, .terminal = isatty(2) && getenv("TERM") };
	struct ui *ui = ui_open(b->arena, &options);
	bool idle = b->counts.run + b->counts.restore == 0;
	if (idle)
		ui_plan(ui, 0, b->counts.current);
	int result = idle ? 0 : run_plan(b, ui);
	if (result > 0)
		report_blocked(b);
	ui_close(ui, result == 0 ? "done" : result < 0 ? "interrupted" : "failed");
	return result == 0 ? 0 : 1;
}

int build_targets(struct arena *a, const struct options *o) {
	struct build b = { .arena = a, .o = o, .w = workspace_find(a, o) };
	if (!b.w || (!o->dry_run && workspace_lock(b.w) < 0) || workspace_open(b.w, o) < 0)
		return 1;
	b.config = b.w->config->data;
	b.tmpdir = text(&b, "TMPDIR");
	if (open_store(&b) < 0 || make_graph(&b) < 0)
		return 1;
	make_plan(&b);
	return o->dry_run ? print_plan(&b) : execute(&b);
}
