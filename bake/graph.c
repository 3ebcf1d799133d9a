/* graph: the tasks the targets need, in an order in which every task comes after what it depends
 * on.
 *
 * Invariant: after graph_build the numbers in deps are smaller than the task's own, those in
 * rdeps larger, both ascending; so one pass upwards (hashes) or downwards (weights) sees what it
 * needs. */
#include "graph.h"
#include "edges.h"
#include "hash.h"
#include "map.h"
#include "os.h"
#include "provider.h"
#include "recipe.h"
#include "sig.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- states --- */

void task_become(struct task *t, enum task_state state) {
	static const bool allowed[][TASK_BLOCKED + 1] = {
		[TASK_WAITING] = { [TASK_READY] = true, [TASK_DONE] = true, [TASK_BLOCKED] = true },
		[TASK_READY] = { [TASK_RUNNING] = true, [TASK_DONE] = true, [TASK_WAITING] = true },
		/* Ready again: its artefact was not usable and it must run. */
		[TASK_RUNNING] = { [TASK_DONE] = true, [TASK_FAILED] = true, [TASK_READY] = true,
			[TASK_WAITING] = true },
		/* Waiting again: a new plan needs it after all. */
		[TASK_DONE] = { [TASK_WAITING] = true },
	};
	if (!allowed[t->state][state])
		broken("task " SFMT ": state %d cannot become %d", SARG(t->id), t->state, state);
	t->state = state;
}

/* --- targets --- */

static void add_target(struct arena *a, struct targets *list, struct target target) {
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		struct target *v = ARENA_ARRAY(a, struct target, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n++] = target;
}

/* "mc:CONFIGURATION:name". There is one configuration, the default one: no name, or any (*). */
static struct slice without_configuration(struct slice word) {
	struct slice rest = slice_sub(word, 3, word.n), configuration;
	if (!slice_starts(word, "mc:") || !slice_field(&rest, ':', &configuration) || !rest.p)
		return word;
	if (configuration.n && !slice_is(configuration, "*"))
		raise_error("target " SFMT ": a build has one configuration: build " SFMT
			    " in a build directory with the settings of conf/multiconfig/" SFMT ".conf",
				SARG(word), SARG(rest), SARG(configuration));
	return rest;
}

/* "name:do_task"; without do_ the colon is part of the name, as in BitBake. */
static struct target target_of(struct slice word, struct slice task) {
	size_t at;
	word = without_configuration(word);
	if (!slice_find(word, ":do_", &at))
		return (struct target){ word, task };
	struct slice own = slice_sub(word, at + 1, word.n), name = slice_sub(word, 0, at);
	if (slice_find(own, ":do_", &at))
		own = slice_sub(own, 0, at);
	return (struct target){ name, own };
}

struct targets graph_targets(struct arena *a, struct providers *p, const struct slices *words,
		struct slice task) {
	struct targets list = { 0 };
	struct slices world = { 0 };
	if (!slice_starts(task, "do_"))
		task = arena_printf(a, "do_" SFMT, SARG(task));
	for (size_t i = 0; i < words->n; i++) {
		if (slice_is(words->v[i], "world"))
			provider_world(p, task, &world);
		else if (slice_is(words->v[i], "universe"))
			provider_universe(p, task, &world);
		else
			add_target(a, &list, target_of(words->v[i], task));
	}
	for (size_t i = 0; i < list.n; i++)
		if (provider_build(p, list.v[i].name)->assumed)
			warn("target " SFMT ": is in ASSUME_PROVIDED: nothing to build for it",
					SARG(list.v[i].name));
	for (size_t i = 0; i < world.n; i++)
		add_target(a, &list, (struct target){ world.v[i], task });
	return list;
}

/* --- pruning and order --- */

struct walk {
	struct arena *arena;
	const struct edges *edges;
	enum { NEW, OPEN, CLOSED } *mark;
	uint32_t *order, n;              /* tasks reached, dependencies first */
	uint32_t *path, *next, depth;    /* the open tasks; how far each one's edges were followed */
};

static const struct recipe_task *spec_of(const struct edges *e, uint32_t task) {
	const struct unit *u = &e->unit[e->owner[task]];
	return &u->recipe->task[task - u->first];
}

static void add_step(struct buf *text, const struct edges *e, uint32_t task) {
	const struct recipe *r = e->unit[e->owner[task]].recipe;
	buf_addf(text, SFMT ".%s", SARG(r->pn), spec_of(e, task)->name->p);
}

static void report_cycle(const struct walk *w, uint32_t task) {
	struct buf text = { .arena = w->arena };
	uint32_t from = 0;
	while (w->path[from] != task)
		from++;
	for (uint32_t i = from; i < w->depth; i++) {
		add_step(&text, w->edges, w->path[i]);
		buf_adds(&text, " → ");
	}
	add_step(&text, w->edges, task);
	error("dependency cycle: %s", text.p);
}

static void open_task(struct walk *w, uint32_t task) {
	w->mark[task] = OPEN;
	w->path[w->depth] = task;
	w->next[w->depth++] = 0;
}

/* Depth first from one target. Returns false when the way leads back to an open task. */
static bool reach(struct walk *w, uint32_t target) {
	if (w->mark[target] == NEW)
		open_task(w, target);
	while (w->depth) {
		uint32_t task = w->path[w->depth - 1], i = w->next[w->depth - 1]++;
		if (i == w->edges->deps[task].n) {
			w->mark[task] = CLOSED;
			w->order[w->n++] = task;
			w->depth--;
			continue;
		}
		uint32_t dep = w->edges->deps[task].v[i];
		if (w->mark[dep] == OPEN) {
			report_cycle(w, dep);
			return false;
		}
		if (w->mark[dep] == NEW)
			open_task(w, dep);
	}
	return true;
}

static bool order_tasks(struct arena *a, const struct edges *e, struct walk *w) {
	*w = (struct walk){ .arena = a, .edges = e };
	w->mark = arena_alloc(a, (e->tasks + 1) * sizeof *w->mark);
	w->order = ARENA_ARRAY(a, uint32_t, e->tasks + 1);
	w->path = ARENA_ARRAY(a, uint32_t, e->tasks + 1);
	w->next = ARENA_ARRAY(a, uint32_t, e->tasks + 1);
	for (uint32_t i = 0; i < e->targets.n; i++)
		if (!reach(w, e->targets.v[i]))
			return false;
	return true;
}

/* --- filling the graph --- */

static int by_number(const void *x, const void *y) {
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static void fill_deps(struct graph *g, const struct walk *w) {
	const struct edges *e = w->edges;
	uint32_t *number = ARENA_ARRAY(g->arena, uint32_t, e->tasks + 1), edges = 0;
	for (uint32_t i = 0; i < w->n; i++) {
		number[w->order[i]] = i;
		edges += e->deps[w->order[i]].n;
	}
	uint32_t *pool = ARENA_ARRAY(g->arena, uint32_t, edges + 1);
	for (uint32_t i = 0; i < w->n; i++) {
		const struct numbers *deps = &e->deps[w->order[i]];
		struct task *t = &g->task[i];
		t->deps = pool;
		t->deps_count = deps->n;
		for (uint32_t k = 0; k < deps->n; k++)
			*pool++ = number[deps->v[k]];
		qsort(t->deps, t->deps_count, sizeof *t->deps, by_number);
	}
	for (uint32_t i = 0; i < e->targets.n; i++)
		g->task[number[e->targets.v[i]]].target = true;
}

static void fill_rdeps(struct graph *g) {
	uint32_t edges = 0;
	for (uint32_t i = 0; i < g->count; i++)
		for (uint32_t k = 0; k < g->task[i].deps_count; k++, edges++)
			g->task[g->task[i].deps[k]].rdeps_count++;
	uint32_t *pool = ARENA_ARRAY(g->arena, uint32_t, edges + 1);
	for (uint32_t i = 0; i < g->count; i++) {
		g->task[i].rdeps = pool;
		pool += g->task[i].rdeps_count;
		g->task[i].rdeps_count = 0;
	}
	for (uint32_t i = 0; i < g->count; i++)
		for (uint32_t k = 0; k < g->task[i].deps_count; k++) {
			struct task *dep = &g->task[g->task[i].deps[k]];
			dep->rdeps[dep->rdeps_count++] = i;
		}
}

/* What a task is guessed to cost, in the unit of a short one. Only the relation matters: a chain of
 * compiles is started before many short tasks. */
static uint64_t cost(const struct recipe_task *spec) {
	static const struct { const char *name; uint64_t cost; } known[] = {
		{ "do_compile", 100 }, { "do_compile_kernelmodules", 60 }, { "do_configure", 40 },
		{ "do_fetch", 20 }, { "do_unpack", 5 }, { "do_install", 10 }, { "do_package", 10 },
		{ "do_rootfs", 20 }, { "do_image", 10 },
	};
	if (spec->noexec)
		return 0;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(spec->name->p, known[i].name) == 0)
			return known[i].cost;
	return 2;
}

static void weigh(struct graph *g) {
	for (uint32_t i = g->count; i-- > 0;) {
		struct task *t = &g->task[i];
		for (uint32_t k = 0; k < t->rdeps_count; k++)
			if (g->task[t->rdeps[k]].weight > t->weight)
				t->weight = g->task[t->rdeps[k]].weight;
		t->weight += cost(t->spec);
	}
}

static struct graph *fill(struct arena *a, const struct walk *w) {
	struct graph *g = ARENA_NEW(a, struct graph);
	g->arena = a;
	g->count = w->n;
	g->task = ARENA_ARRAY(a, struct task, w->n + 1);
	for (uint32_t i = 0; i < w->n; i++) {
		struct task *t = &g->task[i];
		t->number = i;
		t->spec = spec_of(w->edges, w->order[i]);
		t->recipe = w->edges->unit[w->edges->owner[w->order[i]]].recipe;
		t->id = arena_printf(a, SFMT ":%s", SARG(t->recipe->pn), t->spec->name->p);
		t->forced = t->spec->nostamp;
	}
	fill_deps(g, w);
	fill_rdeps(g);
	weigh(g);
	return g;
}

/* --- two recipes for one name --- */

/* What needs recipe r although other is there as well: the first task, for the message. */
static const char *wanted_by(const struct graph *g, const struct recipe *r) {
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		if (t->recipe != r)
			continue;
		if (t->target)
			return "asked for by name";
		for (uint32_t k = 0; k < t->rdeps_count; k++)
			if (g->task[t->rdeps[k]].recipe != r)
				return arena_printf(g->arena, "needed by " SFMT,
						SARG(g->task[t->rdeps[k]].recipe->pn)).p;
	}
	return "needed";
}

static void report_two(const struct graph *g, struct slice name, const struct recipe *a,
		const struct recipe *b) {
	const char *one = wanted_by(g, a), *two = wanted_by(g, b);
	if (slice_eq(a->pn, b->pn))
		error("two versions of " SFMT ": " SFMT " (%s) and " SFMT " (%s): a build can hold "
				"one; set PREFERRED_VERSION_" SFMT, SARG(a->pn), SARG(a->id), one,
				SARG(b->id), two, SARG(a->pn));
	else
		error("two providers of " SFMT ": " SFMT " (%s) and " SFMT " (%s): choose one with "
				"PREFERRED_PROVIDER_" SFMT ", or allow both in "
				"BB_MULTI_PROVIDER_ALLOWED", SARG(name), SARG(a->id), one,
				SARG(b->id), two, SARG(name));
}

static bool claim(const struct graph *g, struct providers *p, struct map *owner,
		const struct recipe *r) {
	bool fine = true;
	for (size_t i = 0; i < r->provides.n; i++) {
		const struct atom *name = atom(r->provides.v[i]);
		const struct recipe *other = map_get(owner, name);
		if (!other)
			map_put(owner, name, (void *)(uintptr_t)r);
		else if (other != r && !provider_many_allowed(p, r->provides.v[i])) {
			report_two(g, r->provides.v[i], other, r);
			fine = false;
		}
	}
	return fine;
}

/* Sets the list of PNs; −1 when two recipes of the build provide the same name. */
static int check_recipes(struct graph *g, struct providers *p) {
	struct map recipes = { .arena = g->arena }, owner = { .arena = g->arena };
	struct map names = { .arena = g->arena };
	int result = 0;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct recipe *r = g->task[i].recipe;
		if (!map_add(&recipes, atom(r->id)))
			continue;
		if (map_add(&names, atom(r->pn)))
			slices_add(g->arena, &g->buildlist, r->pn);
		if (!claim(g, p, &owner, r))
			result = -1;
	}
	slices_sort(&g->buildlist);
	return result;
}

struct graph *graph_build(struct arena *a, struct providers *p, const struct targets *targets) {
	struct arena *scratch = arena_new();
	struct graph *g = NULL;
	struct walk w;
	struct edges_target *wanted = ARENA_ARRAY(scratch, struct edges_target, targets->n + 1);
	for (size_t i = 0; i < targets->n; i++)
		wanted[i] = (struct edges_target){ targets->v[i].name, targets->v[i].task };
	const struct edges *e = edges_build(scratch, p, wanted, targets->n);
	if (e && order_tasks(scratch, e, &w)) {
		g = fill(a, &w);
		if (check_recipes(g, p))
			g = NULL;
	}
	arena_free(scratch);
	return g;
}

/* --- hashes --- */

struct hasher {
	struct arena *arena;
	struct map sums;         /* path → slices of "name sum" */
	uint32_t *rank;          /* number → place in the order of ids */
	const struct task **by_rank;
	uint32_t *sorted;        /* ranks of one task's dependencies */
	int result;
};

static int by_task_id(const void *x, const void *y) {
	const struct task *a = *(const struct task *const *)x, *b = *(const struct task *const *)y;
	int order = slice_cmp(a->id, b->id);
	return order ? order : slice_cmp(a->recipe->id, b->recipe->id);
}

static void add_sum(struct hasher *h, struct slices *sums, const char *name, const char *path) {
	char hex[HASH_HEX];
	if (hash_file(HASH_SHA256, path, hex) == 0) {
		slices_add(h->arena, sums, arena_printf(h->arena, "%s %s", name, hex));
		return;
	}
	error("%s: %s", path, strerror(errno));
	h->result = -1;
}

static bool in_version_control(const char *path) {
	static const char *const names[] = { ".git", ".svn", ".hg", ".bzr", ".repo", "CVS" };
	struct slice rest = slice_of(path), part;
	while (slice_field(&rest, '/', &part))
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (slice_is(part, names[i]))
				return true;
	return false;
}

/* A directory counts by the files in it, under their names relative to it. */
static void sum_directory(struct hasher *h, struct slices *sums, const char *dir) {
	struct os_entry *entry;
	size_t n;
	if (os_walk(h->arena, dir, &entry, &n)) {
		error("%s: %s", dir, strerror(errno));
		h->result = -1;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(h->arena, "%s/%s", dir, entry[i].path).p;
		if (in_version_control(entry[i].path))
			continue;
		if (entry[i].type == 'f')
			add_sum(h, sums, entry[i].path, path);
		else if (entry[i].type == 'l')
			slices_add(h->arena, sums, arena_printf(h->arena, "%s -> %s", entry[i].path,
					entry[i].target));
	}
}

static void sum_path(struct hasher *h, struct slices *sums, const char *path) {
	if (os_is_dir(path))
		sum_directory(h, sums, path);
	else
		add_sum(h, sums, arena_str(h->arena, os_basename(slice_of(path))), path);
}

static const struct slices *sums_of(struct hasher *h, struct slice path) {
	struct slices *sums = map_get(&h->sums, atom(path)), found = { 0 };
	if (sums)
		return sums;
	sums = ARENA_NEW(h->arena, struct slices);
	map_put(&h->sums, atom(path), sums);
	if (memchr(path.p, '*', path.n))
		os_glob(h->arena, arena_str(h->arena, path), &found);
	else
		slices_add(h->arena, &found, path);
	for (size_t i = 0; i < found.n; i++)
		sum_path(h, sums, arena_str(h->arena, found.v[i]));
	return sums;
}

/* "name sum" of every file that counts, sorted. The entries are "path:True" or "path:False" (a place
 * where the file was looked for and is not). Only names and sums count, so the place of a layer
 * does not. */
static struct slices file_sums(struct hasher *h, const struct recipe_task *spec) {
	struct slices all = { 0 };
	for (size_t i = 0; i < spec->file_checksums.n; i++) {
		struct slice path = spec->file_checksums.v[i];
		if (slice_ends(path, ":False"))
			continue;
		if (slice_ends(path, ":True"))
			path.n -= strlen(":True");
		const struct slices *sums = sums_of(h, path);
		for (size_t k = 0; k < sums->n; k++)
			slices_add(h->arena, &all, sums->v[k]);
	}
	slices_sort(&all);
	return all;
}

static void add_files(struct hasher *h, const struct recipe_task *spec, struct buf *text) {
	struct slices all = file_sums(h, spec);
	for (size_t i = 0; i < all.n; i++)
		buf_addf(text, "file " SFMT "\n", SARG(all.v[i]));
}

/* The place of every task in the order of ids: an order that does not depend on the targets. */
static uint32_t *ranks(const struct graph *g, struct arena *a, const struct task ***by_rank) {
	uint32_t *rank = ARENA_ARRAY(a, uint32_t, g->count + 1);
	const struct task **sorted = ARENA_ARRAY(a, const struct task *, g->count + 1);
	for (uint32_t i = 0; i < g->count; i++)
		sorted[i] = &g->task[i];
	qsort(sorted, g->count, sizeof *sorted, by_task_id);
	for (uint32_t i = 0; i < g->count; i++)
		rank[sorted[i]->number] = i;
	*by_rank = sorted;
	return rank;
}

static void add_deps(struct hasher *h, const struct task *t, struct buf *text) {
	for (uint32_t i = 0; i < t->deps_count; i++)
		h->sorted[i] = h->rank[t->deps[i]];
	qsort(h->sorted, t->deps_count, sizeof *h->sorted, by_number);
	for (uint32_t i = 0; i < t->deps_count; i++) {
		buf_adds(text, "dep ");
		const struct task *dep = h->by_rank[h->sorted[i]];
		buf_add(text, dep->same.n ? dep->same : dep->hash);
		buf_addc(text, '\n');
	}
}

/* A task's hash names the task, so those of its dependencies need no names. */
int graph_hash(struct graph *g, struct slice extra, const struct graph_same *same) {
	struct hasher h = { .arena = arena_new() };
	struct buf text = { 0 };
	char hex[HASH_HEX], tools[HASH_HEX];
	h.sums.arena = h.arena;
	hash_text(HASH_SHA256, extra, tools);
	h.rank = ranks(g, h.arena, &h.by_rank);
	h.sorted = ARENA_ARRAY(h.arena, uint32_t, g->count + 1);
	for (uint32_t i = 0; i < g->count; i++) {
		struct task *t = &g->task[i];
		text.n = 0;
		buf_addf(&text, "task " SFMT "\nbase " SFMT "\nextra %s\n", SARG(t->id),
				SARG(t->spec->base_hash), tools);
		if (t->taint.n)
			buf_addf(&text, "taint " SFMT "\n", SARG(t->taint));
		add_deps(&h, t, &text);
		add_files(&h, t->spec, &text);
		hash_text(HASH_SHA256, buf_slice(&text), hex);
		t->hash = arena_dup(g->arena, slice_of(hex));
		t->same = same && t->spec->cached ? same->find(same->ctx, t->hash) : SLICE_NONE;
	}
	buf_free(&text);
	arena_free(h.arena);
	return h.result;
}

static void explain_deps(const struct graph *g, const struct task *t, struct buf *out) {
	for (uint32_t i = 0; i < t->deps_count; i++) {
		const struct task *dep = &g->task[t->deps[i]];
		buf_addf(out, "@dep/" SFMT " " SFMT " " SFMT "\n", SARG(dep->id),
				SARG(dep->same.n ? dep->same : dep->hash), SARG(dep->hash));
	}
}

void graph_explain(const struct graph *g, const struct task *t, struct slice extra,
		struct buf *out) {
	struct hasher h = { .arena = arena_new() };
	h.sums.arena = h.arena;
	buf_addf(out, "@task " SFMT "\n@hash " SFMT "\n@base " SFMT "\n", SARG(t->id),
			SARG(t->hash), SARG(t->spec->base_hash));
	buf_add(out, extra);
	if (t->taint.n)
		buf_addf(out, "@taint " SFMT "\n", SARG(t->taint));
	explain_deps(g, t, out);
	struct slices files = file_sums(&h, t->spec);
	for (size_t i = 0; i < files.n; i++)
		buf_addf(out, "@file/" SFMT "\n", SARG(files.v[i]));
	arena_free(h.arena);
}

/* --- finding and asking --- */

static struct task *find_task(const struct graph *g, const struct recipe *r, const struct atom *task) {
	for (uint32_t i = 0; i < g->count; i++)
		if (g->task[i].recipe == r && g->task[i].spec->name == task)
			return &g->task[i];
	return NULL;
}

void graph_force(struct graph *g, struct slice task) {
	bool any = false;
	if (task.p && !slice_starts(task, "do_"))
		task = arena_printf(g->arena, "do_" SFMT, SARG(task));
	for (uint32_t i = 0; i < g->count; i++) {
		if (!g->task[i].target)
			continue;
		struct task *t = &g->task[i];
		if (task.p)
			t = find_task(g, t->recipe, atom(task));
		if (t)
			any = t->forced = true;
	}
	if (!any)
		warn(SFMT ": not among the tasks the targets need: nothing is forced", SARG(task));
}

struct inputs {
	const struct graph *graph;
	uint8_t *seen;           /* by number */
	struct graph_input *v;
	size_t n;
};

static void add_input(struct inputs *in, uint32_t number, bool direct) {
	if (in->seen[number])
		return;
	in->seen[number] = 1;
	in->v[in->n++] = (struct graph_input){ &in->graph->task[number], direct };
}

static void follow(struct inputs *in, const struct task *t) {
	for (uint32_t i = 0; t->spec->cached && i < t->deps_count; i++) {
		const struct recipe_task *spec = in->graph->task[t->deps[i]].spec;
		if (spec->cached && spec->name == t->spec->name)
			add_input(in, t->deps[i], false);
	}
}

static int by_id(const void *x, const void *y) {
	const struct graph_input *a = x, *b = y;
	return slice_cmp(a->task->id, b->task->id);
}

struct graph_input *graph_inputs(const struct graph *g, const struct task *t, struct arena *a,
		size_t *count) {
	struct inputs in = { .graph = g };
	in.seen = arena_alloc(a, g->count);
	in.v = ARENA_ARRAY(a, struct graph_input, t->number + 1);
	for (uint32_t i = 0; i < t->deps_count; i++)
		add_input(&in, t->deps[i], true);
	for (size_t i = 0; i < in.n; i++)
		follow(&in, in.v[i].task);
	qsort(in.v, in.n, sizeof *in.v, by_id);
	*count = in.n;
	return in.v;
}
