/* build: from targets to done: graph, hashes, plan, then the scheduler. Before anything runs,
 * everything that can be known to stop it has been looked at: metadata, tools, disk, lock. */
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agenda.h"
#include "amendment.h"
#include "data.h"
#include "eval.h"
#include "graph.h"
#include "hosttools.h"
#include "jobserver.h"
#include "layer.h"
#include "lua.h"
#include "options.h"
#include "os.h"
#include "outage.h"
#include "plan.h"
#include "recipe.h"
#include "remedy.h"
#include "resolve.h"
#include "sandbox.h"
#include "sched.h"
#include "sigdata.h"
#include "task.h"
#include "ui.h"
#include "util.h"
#include "workspace.h"

/* A build that starts with less would only leave broken logs. */
enum { LEAST_FREE_MB = 32, AMENDMENT_LINES = 40 };

/* --- the plan --- */

static int print_plan(const struct agenda *b) {
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

static int check_disk(struct agenda *b) {
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

static int make_downloads(struct agenda *b) {
	const char *dir = agenda_text(b, "DL_DIR");
	if (!*dir || os_mkdirs(dir) == 0)
		return 0;
	error("DL_DIR: %s: %s", dir, strerror(errno));
	return -1;
}

/* Without a sandbox the user is told once, and tasks see the machine as it is. */
static struct task_context *make_context(struct agenda *b) {
	const struct view *host = NULL;
	const char *links = agenda_text(b, "HOSTTOOLS_DIR");
	if (b->not_hermetic)
		warn("not hermetic: tasks run without a sandbox: %s", b->not_hermetic);
	else if (!(host = sandbox_prepare(b->arena, b->tmpdir, *links ? links : NULL,
			data_text(b->config, "HOSTLIBS"))))
		return NULL;
	struct task_context *c = task_context_new(b->arena, b->w->config, host);
	c->graph = b->graph;
	c->store = b->store;
	c->same = b->same;
	c->offers = b->offers;
	return c;
}

/* In what a licence text differs from the one the recipe was written for; the start of it. */
static struct slice find_amendment(struct agenda *b, struct arena *a, const struct task *t) {
	struct buf all = { .arena = a }, some = { .arena = a };
	amendment_report(b->w->config, t->recipe, a, &all);
	struct slice rest = buf_slice(&all), line;
	for (int i = 0; i < AMENDMENT_LINES && rest.n && slice_field(&rest, '\n', &line); i++)
		buf_addf(&some, SFMT "\n", SARG(line));
	if (rest.n)
		buf_addf(&some, "… all of it: bake archive " SFMT "\n", SARG(t->recipe->pn));
	return buf_slice(&some);
}

static struct slice find_remedy(void *ctx, struct arena *a, const struct task *t, struct slice log) {
	struct agenda *b = ctx;
	struct remedy r = { .config = b->config, .providers = b->w->providers,
		.home = b->not_hermetic ? NULL : SANDBOX_HOME,
		.hermetic = !b->not_hermetic };
	if (slice_find(log, "LIC_FILES_CHKSUM: ", NULL))
		return find_amendment(b, a, t);
	return remedy_find(&r, a, t, log);
}

static unsigned jobs(struct agenda *b) {
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned asked = b->o->jobs ? b->o->jobs : data_number(b->config, "BB_NUMBER_THREADS", 0);
	asked = asked ? asked : processors > 0 ? (unsigned)processors : 1;
	return asked < OPTIONS_JOBS_MOST ? asked : OPTIONS_JOBS_MOST;
}

static int run_plan(struct agenda *b, struct ui *ui) {
	struct jobserver tokens;
	struct sched_options o = { .jobs = jobs(b),
		.keep_going = b->o->keep_going,
		.facts = &b->facts,
		.jobserver = &tokens,
		.ui = ui,
		.same = b->same,
		.hash_again = agenda_hash,
		.remedy = find_remedy,
		.ctx = b };
	if (check_disk(b) < 0 || make_downloads(b) < 0 || hosttools_link(b->config) < 0
			|| outage_begin(b->tmpdir) < 0)
		return 1;
	struct task_context *c = make_context(b);
	if (!c || jobserver_open(&tokens, o.jobs) < 0)
		return 1;
	c->jobserver = &tokens;
	c->finished = sigdata_keep_task;
	c->ctx = b;
	o.statistics = arena_printf(b->arena, "%s/tasks.tsv", b->tmpdir).p;
	int result = sched_run(b->graph, c, &o);
	jobserver_close(&tokens);
	sigdata_keep(b);
	outage_end(b->tmpdir);
	return result;
}

/* --- the command --- */

static unsigned count_in(const struct agenda *b, enum task_state state) {
	unsigned count = 0;
	for (uint32_t i = 0; i < b->graph->count; i++)
		count += b->graph->task[i].state == state;
	return count;
}

static void report_blocked(const struct agenda *b) {
	unsigned blocked = count_in(b, TASK_BLOCKED);
	if (blocked)
		note("%u more task%s not tried, for %s what failed", blocked,
				blocked == 1 ? " was" : "s were", blocked == 1 ? "it needs" : "they need");
}

/* Tells the configuration's handlers; −1: one of them failed, which it has said. */
static int tell(struct agenda *b, const char *event, const char *failures) {
	struct lua_field fields[] = { { "failures", slice_of(failures) }, { NULL, SLICE_NONE } };
	struct trap trap;
	if (TRAP(&trap)) {
		eval_event(data_child(b->arena, b->config), event, failures ? fields : NULL);
		trap_end(&trap);
		return 0;
	}
	fault_report(&trap.error);
	return -1;
}

static int run_told(struct agenda *b, struct ui *ui) {
	if (tell(b, "bb.event.BuildStarted", NULL) < 0)
		return 1;
	int result = run_plan(b, ui);
	const char *failures = arena_printf(b->arena, "%u", count_in(b, TASK_FAILED)).p;
	if (tell(b, "bb.event.BuildCompleted", failures) < 0 && result == 0)
		result = 1;
	return result;
}

static int execute(struct agenda *b) {
	struct ui_options options = { .fd = 2, .terminal = isatty(2) && getenv("TERM") };
	struct ui *ui = ui_open(b->arena, &options);
	bool idle = b->counts.run + b->counts.restore == 0;
	if (idle)
		ui_plan(ui, 0, b->counts.current);
	int result = idle ? 0 : run_told(b, ui);
	if (result > 0)
		report_blocked(b);
	ui_close(ui, result == 0 ? "done" : result < 0 ? "interrupted" : "failed");
	return result == 0 ? 0 : 1;
}

int build_targets(struct arena *a, const struct options *o) {
	struct agenda *b = agenda_open(a, o, !o->dry_run);
	if (!b)
		return 1;
	if (o->dry_run)
		return print_plan(b);
	int result = execute(b);
	resolve_measure(b->w, b->graph);
	resolve_summary(b->w, b->graph);
	return result;
}
