/* agenda: everything that is decided before anything runs. Commands that build and commands that
 * explain open the same one, so that they cannot disagree. */
#include "agenda.h"

#include "data.h"
#include "graph.h"
#include "harvest.h"
#include "hash.h"
#include "hosttools.h"
#include "inventory.h"
#include "layer.h"
#include "lock.h"
#include "offer.h"
#include "options.h"
#include "outage.h"
#include "recipe.h"
#include "resolve.h"
#include "same.h"
#include "sandbox.h"
#include "stamp.h"
#include "store.h"
#include "taint.h"
#include "workspace.h"

const char *agenda_text(struct agenda *g, const char *name) {
	return arena_str(g->arena, data_text(g->config, name));
}

/* --- facts --- */

static bool is_current(void *ctx, const struct task *t) {
	(void)ctx;
	return stamp_is_there(t);
}

static bool is_stored(void *ctx, const struct task *t) {
	const struct agenda *g = ctx;
	return (g->store && store_has(g->store, t->hash.p)) || (g->offers && offer_has(g->offers, t->hash));
}

/* What an artefact would be of use for. Every one in the graph is asked for, not only those that turn
 * out to be needed: what mirrors know of equal hashes decides the hashes above. */
static bool asks_mirrors(const struct agenda *g, const struct task *t) {
	return t->spec->cached && !t->spec->noexec && !t->forced && !stamp_is_there(t)
		&& !store_has_trusted(g->store, t->hash.p);
}

static bool ask_mirrors(struct agenda *g) {
	struct offer_wish *w = ARENA_ARRAY(g->arena, struct offer_wish, g->graph->count + 1);
	size_t n = 0;
	for (uint32_t i = 0; i < g->graph->count; i++) {
		struct task *t = &g->graph->task[i];
		t->remote = false;
		if (asks_mirrors(g, t))
			w[n++] = (struct offer_wish){ t->hash, t->id };
	}
	return offer_ask(g->offers, w, n);
}

static struct slice find_same(void *ctx, struct slice hash) {
	const struct agenda *g = ctx;
	return same_find(g->same, hash);
}

static int hash_here(struct agenda *g) {
	struct graph_same same = { g, find_same };
	return graph_hash(g->graph, g->tools.lines, g->same ? &same : NULL);
}

int agenda_hash(void *ctx) {
	struct agenda *g = ctx;
	do {
		if (hash_here(g) < 0)
			return -1;
	} while (g->offers && ask_mirrors(g));
	for (uint32_t i = 0; i < g->graph->count && g->offers; i++) {
		struct task *t = &g->graph->task[i];
		t->remote = offer_has(g->offers, t->hash);
	}
	return 0;
}

/* --- making it --- */

static struct slice default_task(struct agenda *g) {
	struct slice task = g->o->task;
	if (!task.n)
		task = data_text(g->config, "BB_DEFAULT_TASK");
	return task.n ? task : SLICE("build");
}

/* The artefacts of earlier builds. Without SSTATE_DIR nothing is kept. */
static int open_store(struct agenda *g, bool building) {
	static char compiler[HASH_HEX];
	struct store_options *o = ARENA_NEW(g->arena, struct store_options);
	bool failed;
	store_settings(g->config, g->arena, o);
	if (!o->dir)
		return 0;
	hash_text(HASH_SHA256, g->tools.lines, compiler);
	o->compiler = compiler;
	o->hermetic = !g->not_hermetic;
	if (building)
		inventory_lease(o->dir);         /* before anything is marked as used */
	g->store = store_open(g->arena, o);
	g->same = same_open(g->arena, o->dir);
	if (!g->store)
		return -1;
	if (g->o->alone)
		return 0;
	struct offer_options mirrors = { g->store, o, g->same };
	g->offers = offer_open(g->arena, g->config, &mirrors, &failed);
	return failed ? -1 : 0;
}

/* -f and -C. What is forced keeps a new identity, so that its dependents and later builds follow
 * it. */
static int force(struct agenda *g) {
	if (g->o->force)
		graph_force(g->graph, SLICE_NONE);
	if (g->o->clear.n)
		graph_force(g->graph, g->o->clear);
	for (uint32_t i = 0; i < g->graph->count && !g->o->dry_run; i++) {
		struct task *t = &g->graph->task[i];
		if (t->forced && !t->spec->nostamp && taint_set(g->tmpdir, t) < 0)
			return -1;
	}
	return 0;
}

/* Hashes are wanted of the recipes the targets need. */
static int identify(struct agenda *g) {
	struct recipes *all = g->w->recipes;
	struct harvest_wanted wanted = { ARENA_ARRAY(g->arena, struct recipe *, all->n + 1), 0 };
	bool *seen = ARENA_ARRAY(g->arena, bool, all->n + 1);
	for (uint32_t i = 0; i < g->graph->count; i++) {
		ptrdiff_t number = g->graph->task[i].recipe - all->v;
		if (!seen[number])
			wanted.v[wanted.n++] = &all->v[number];
		seen[number] = true;
	}
	return workspace_identify(g->w, &wanted);
}

static int make_graph(struct agenda *g) {
	g->config = g->w->config->data;
	struct targets targets =
			graph_targets(g->arena, g->w->providers, &g->o->words, default_task(g));
	g->graph = graph_build(g->arena, g->w->providers, &targets);
	return g->graph ? 0 : -1;
}

/* A directory beside whoever started bake would be another one each time, and none in a sandbox. */
static int check_places(struct data *d) {
	static const char *const names[] = { "TMPDIR", "DL_DIR", "SSTATE_DIR" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice dir = data_text(d, names[i]);
		if (!dir.n || dir.p[0] == '/')
			continue;
		error("%s: \"" SFMT "\": a full path is needed: \"${TOPDIR}/" SFMT "\"?", names[i],
			SARG(dir), SARG(dir));
		return -1;
	}
	return 0;
}

/* The graph of recipes that know where their sources come from: what a package brings may change
 * them, and so the graph. */
static int make_sourced_graph(struct agenda *g, bool locked) {
	int more = 1;
	if (resolve_open(g->w, g->o) < 0 || check_places(g->w->config->data) < 0)
		return -1;
	while (more > 0) {
		if (make_graph(g) < 0 || (more = resolve_sources(g->w, g->graph)) < 0
				|| (more > 0 && workspace_open(g->w, g->o) < 0))
			return -1;
	}
	return g->w->lock && locked ? lock_write(g->w->lock) : 0;
}

static void make_plan(struct agenda *g) {
	g->facts = (struct plan_facts){ g, is_current, is_stored };
	g->counts = plan_make(g->graph, &g->facts);
}

/* Would anything run, were it for what is here? If not, nobody needs to be asked. */
static bool runs_something(struct agenda *g) {
	make_plan(g);
	for (uint32_t i = 0; i < g->graph->count; i++) {
		const struct task *t = &g->graph->task[i];
		if ((t->plan == PLAN_RUN && !t->spec->noexec)
				|| (t->plan == PLAN_RESTORE && !store_has_trusted(g->store, t->hash.p)))
			return true;
	}
	return false;
}

static int hash_graph(struct agenda *g) {
	if (identify(g) < 0 || force(g) < 0)
		return -1;
	taint_read(g->tmpdir, g->graph);
	if (hash_here(g) < 0)
		return -1;
	return g->offers && runs_something(g) ? agenda_hash(g) : 0;
}

/* What is made without a sandbox has hashes of its own, as if by another tool: a hermetic build never
 * takes it from the cache, and nothing has to remember what was made of what. */
static void settle_sandbox(struct agenda *g, struct sandbox_probe *probe) {
	const char *why;
	bool works = sandbox_answer(probe, &why);
	if (data_is(g->config, "BB_SANDBOX", "0"))
		g->not_hermetic = "BB_SANDBOX = \"0\"";
	else if (!works)
		g->not_hermetic = why;
	if (g->not_hermetic)
		g->tools.lines = arena_printf(g->arena, SFMT "@tool/sandbox none\n",
			SARG(g->tools.lines));
}

struct agenda *agenda_open(struct arena *a, const struct options *o, bool locked) {
	struct agenda *g = ARENA_NEW(a, struct agenda);
	struct sandbox_probe probe = sandbox_ask();
	*g = (struct agenda){ .arena = a, .o = o, .w = workspace_find(a, o) };
	if (!g->w || (locked && workspace_lock(g->w) < 0) || make_sourced_graph(g, locked) < 0)
		return NULL;
	g->tmpdir = agenda_text(g, "TMPDIR");
	if (locked && outage_recover(g->tmpdir) < 0)
		return NULL;
	if (hosttools_identify(g->config, a, &g->tools) < 0)
		return NULL;
	settle_sandbox(g, &probe);
	if (open_store(g, locked) < 0 || hash_graph(g) < 0)
		return NULL;
	make_plan(g);
	plan_start(g->graph);
	return g;
}

int agenda_fetch(struct agenda *g, const struct task *t) {
	struct offer_wish wish = { t->hash, t->id }, *all;
	size_t n = 0;
	if (!g->store || store_has(g->store, t->hash.p) || !g->offers)
		return g->store && store_has(g->store, t->hash.p) ? 0 : -1;
	/* All at once: what was asked for is not asked for again. */
	all = ARENA_ARRAY(g->arena, struct offer_wish, g->graph->count + 1);
	for (uint32_t i = 0; i < g->graph->count; i++)
		if (g->graph->task[i].spec->cached && !store_has(g->store, g->graph->task[i].hash.p))
			all[n++] = (struct offer_wish){ g->graph->task[i].hash, g->graph->task[i].id };
	offer_ask(g->offers, all, n);
	return offer_has(g->offers, t->hash) ? offer_fetch(g->offers, &wish) : -1;
}

struct agenda *agenda_look(struct arena *a, const struct options *o) {
	struct options *dry = ARENA_NEW(a, struct options);
	*dry = *o;
	dry->dry_run = true;
	return agenda_open(a, dry, false);
}

const struct task *agenda_target(struct agenda *g) {
	for (uint32_t i = g->graph->count; i-- > 0;)
		if (g->graph->task[i].target)
			return &g->graph->task[i];
	error("no task to explain");
	return NULL;
}
