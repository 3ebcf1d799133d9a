/* edges: what BitBake's taskdata and the first half of runqueue do. First the closure of
 * recipes: for every name all recipes that may provide it are taken in (BitBake does so, and
 * complains of what the ones not chosen miss), the chosen one is remembered. Then each task's
 * direct edges. Then [recrdeptask], which reaches through everything below.
 *
 * Invariant: the numbers of units and tasks depend only on targets and records, not on the
 * machine. */
#include "edges.h"
#include "map.h"
#include "provider.h"
#include "recipe.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

enum { NO_UNIT = UINT32_MAX, MAX_NAMED = 5 };

/* A name nothing provides, and the PNs that want it. */
struct missing {
	const char *why;
	struct slices who;
};

struct builder {
	struct arena *arena;
	struct providers *providers;
	struct edges *edges;
	uint32_t cap;                    /* of edges->unit */
	struct map numbers;              /* id of a recipe → its unit number + 1 */
	struct map missing_build, missing_run;   /* name → struct missing */
	unsigned faults;
	struct numbers scratch;
	/* Part B: tasks with [recrdeptask]. */
	struct recursive *recursive;
	uint32_t recursives, ordered;
	uint32_t *recursive_of;          /* task → index in recursive + 1 */
	uint32_t *order;                 /* of recursive: what is below comes first */
	struct map columns;              /* task name → uint32_t per unit: task number + 1 */
	struct map named;                /* names of [recrdeptask] → set of the tasks so called */
};

static void push(struct arena *a, struct numbers *list, uint32_t number) {
	if (list->n == list->cap) {
		uint32_t cap = list->cap ? list->cap * 2 : 4;
		uint32_t *v = ARENA_ARRAY(a, uint32_t, cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = number;
}

/* --- the closure of recipes --- */

static uint32_t unit_of(struct builder *b, const struct recipe *r) {
	struct edges *e = b->edges;
	const struct atom *id = atom(r->id);
	uintptr_t known = (uintptr_t)map_get(&b->numbers, id);
	if (known)
		return (uint32_t)known - 1;
	if (e->units == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		struct unit *v = ARENA_ARRAY(b->arena, struct unit, b->cap);
		if (e->units)
			memcpy(v, e->unit, e->units * sizeof *v);
		e->unit = v;
	}
	e->unit[e->units] = (struct unit){ .recipe = r, .first = e->tasks };
	e->tasks += (uint32_t)r->tasks;
	map_put(&b->numbers, id, (void *)(uintptr_t)(e->units + 1));
	return e->units++;
}

static void note_missing(struct builder *b, struct slice name, bool run, const char *why,
		struct slice who) {
	struct map *m = run ? &b->missing_run : &b->missing_build;
	struct missing *x = map_get(m, atom(name));
	if (!x) {
		x = ARENA_NEW(b->arena, struct missing);
		x->why = why;
		map_put(m, atom(name), x);
	}
	if (who.p && !slices_has(&x->who, who))
		slices_add(b->arena, &x->who, who);
}

/* The unit chosen for a name; its rivals are taken in too. NO_UNIT: assumed to be there, or
 * missing. */
static uint32_t resolve(struct builder *b, struct slice name, bool run, struct slice who) {
	const struct provider_choice *c = run ? provider_run(b->providers, name)
		: provider_build(b->providers, name);
	if (!c->n && !c->assumed)
		note_missing(b, name, run, c->why, who);
	uint32_t chosen = NO_UNIT;
	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t u = unit_of(b, c->v[i]);
		if (i == 0)
			chosen = u;
	}
	return chosen;
}

static void resolve_names(struct builder *b, uint32_t unit, const struct slices *names, bool run) {
	struct slice who = b->edges->unit[unit].recipe->pn;
	for (size_t i = 0; i < names->n; i++) {
		uint32_t u = resolve(b, names->v[i], run, who);
		struct unit *self = &b->edges->unit[unit];
		struct numbers *list = run ? &self->run : &self->build;
		bool known = u == NO_UNIT;
		for (uint32_t k = 0; k < list->n && !known; k++)
			known = list->v[k] == u;
		if (!known)
			push(b->arena, list, u);
	}
}

/* "name:do_task" */
static bool split_pair(struct slice pair, struct slice *name, struct slice *task) {
	*task = pair;
	return slice_field(task, ':', name) && task->p && !memchr(task->p, ':', task->n);
}

static void resolve_pairs(struct builder *b, const struct recipe *r, const struct slices *pairs,
		const char *flag, const struct atom *task) {
	for (size_t i = 0; i < pairs->n; i++) {
		struct slice name, dep;
		if (split_pair(pairs->v[i], &name, &dep)) {
			resolve(b, name, strcmp(flag, "rdepends") == 0, r->pn);
			continue;
		}
		error(SFMT ": %s[%s]: " SFMT ": is not of the form RECIPE:TASK", SARG(r->file), task->p,
				flag, SARG(pairs->v[i]));
		b->faults++;
	}
}

static void refuse_configurations(struct builder *b, const struct recipe *r,
		const struct recipe_task *spec) {
	if (!spec->mcdepends.n)
		return;
	error(SFMT ": %s[mcdepends]: a build has one configuration: build the other one by itself",
			SARG(r->file), spec->name->p);
	b->faults++;
}

static void resolve_unit(struct builder *b, uint32_t unit) {
	const struct recipe *r = b->edges->unit[unit].recipe;
	for (size_t i = 0; i < r->tasks; i++) {
		refuse_configurations(b, r, &r->task[i]);
		resolve_pairs(b, r, &r->task[i].depends, "depends", r->task[i].name);
		resolve_pairs(b, r, &r->task[i].rdepends, "rdepends", r->task[i].name);
	}
	resolve_names(b, unit, &r->depends, false);
	resolve_names(b, unit, &r->rdepends, true);
	resolve_names(b, unit, &r->rrecommends, true);
	for (size_t i = 0; i < r->packages_count; i++) {
		resolve_names(b, unit, &r->package[i].rdepends, true);
		resolve_names(b, unit, &r->package[i].rrecommends, true);
	}
}

static const char *who_text(struct builder *b, const struct slices *who) {
	struct slices some = *who;
	if (some.n > MAX_NAMED)
		some.n = MAX_NAMED;
	const char *text = arena_str(b->arena, slices_join(b->arena, &some, ", "));
	if (who->n > some.n)
		text = arena_printf(b->arena, "%s and %zu more", text, who->n - some.n).p;
	return text;
}

static void report_missing(struct builder *b, struct map *m, bool run) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(m, &i)); b->faults++) {
		struct missing *x = e->value;
		const char *why = x->why ? x->why : "no layer in conf/bblayers.conf has it";
		const char *needs = run ? " need it in the image" : " need it to build";
		if (x->who.n == 1)
			needs = run ? " needs it in the image" : " needs it to build";
		if (x->who.n)
			error("nothing provides %s: %s%s: %s", e->key->p, who_text(b, &x->who), needs,
					why);
		else
			error("nothing provides %s: %s", e->key->p, why);
	}
}

/* --- direct edges --- */

static uint32_t task_number(const struct edges *e, uint32_t unit, const struct atom *name) {
	const struct recipe *r = e->unit[unit].recipe;
	for (size_t i = 0; i < r->tasks; i++)
		if (r->task[i].name == name)
			return e->unit[unit].first + (uint32_t)i;
	return UINT32_MAX;
}

/* Adds the tasks called names of the given units, where they exist. */
static void add_tasks(struct builder *b, const struct numbers *units, const struct slices *names) {
	for (size_t k = 0; k < names->n; k++) {
		const struct atom *name = atom_find(names->v[k]);
		for (uint32_t i = 0; name && i < units->n; i++) {
			uint32_t t = task_number(b->edges, units->v[i], name);
			if (t != UINT32_MAX)
				push(b->arena, &b->scratch, t);
		}
	}
}

/* ": did you mean do_x?" of the tasks of r, or empty. */
static struct slice near_tasks(struct builder *b, const struct recipe *r, struct slice task) {
	struct slices names = { 0 };
	for (size_t i = 0; i < r->tasks; i++)
		slices_add(b->arena, &names, atom_slice(r->task[i].name));
	return near_hint(b->arena, task, &names);
}

static void add_pairs(struct builder *b, const struct recipe *r, const struct recipe_task *spec,
		bool run) {
	const struct slices *pairs = run ? &spec->rdepends : &spec->depends;
	for (size_t i = 0; i < pairs->n; i++) {
		struct slice name, dep;
		if (!split_pair(pairs->v[i], &name, &dep))
			continue;
		const struct provider_choice *c = run ? provider_run(b->providers, name)
			: provider_build(b->providers, name);
		if (!c->n)
			continue;
		uint32_t t = task_number(b->edges, unit_of(b, c->v[0]), atom(dep));
		if (t != UINT32_MAX) {
			push(b->arena, &b->scratch, t);
			continue;
		}
		error(SFMT ": %s[%s]: " SFMT ": " SFMT " has no such task" SFMT, SARG(r->file),
				spec->name->p, run ? "rdepends" : "depends", SARG(pairs->v[i]),
				SARG(c->v[0]->file), SARG(near_tasks(b, c->v[0], dep)));
		b->faults++;
	}
}

static int by_number(const void *x, const void *y) {
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static void keep_unique(struct arena *a, struct numbers *from, uint32_t self, struct numbers *to) {
	if (!from->n)
		return;
	qsort(from->v, from->n, sizeof *from->v, by_number);
	to->v = ARENA_ARRAY(a, uint32_t, from->n);
	to->cap = from->n;
	for (uint32_t i = 0; i < from->n; i++)
		if (from->v[i] != self && (!to->n || to->v[to->n - 1] != from->v[i]))
			to->v[to->n++] = from->v[i];
}

static void direct_edges(struct builder *b, uint32_t unit, uint32_t task) {
	struct unit *u = &b->edges->unit[unit];
	const struct recipe *r = u->recipe;
	const struct recipe_task *spec = &r->task[task - u->first];
	struct numbers self = { &unit, 1, 0 };
	b->scratch.n = 0;
	add_tasks(b, &self, &spec->after);
	add_tasks(b, &u->build, &spec->deptask);
	add_tasks(b, &u->run, &spec->rdeptask);
	add_tasks(b, &u->build, &spec->recrdeptask);
	add_tasks(b, &u->run, &spec->recrdeptask);
	add_pairs(b, r, spec, false);
	add_pairs(b, r, spec, true);
	keep_unique(b->arena, &b->scratch, task, &b->edges->deps[task]);
}

static void all_direct_edges(struct builder *b) {
	struct edges *e = b->edges;
	e->owner = ARENA_ARRAY(b->arena, uint32_t, e->tasks + 1);
	e->deps = ARENA_ARRAY(b->arena, struct numbers, e->tasks + 1);
	for (uint32_t u = 0; u < e->units; u++)
		for (uint32_t i = 0; i < e->unit[u].recipe->tasks; i++) {
			e->owner[e->unit[u].first + i] = u;
			direct_edges(b, u, e->unit[u].first + i);
		}
}

/* --- [recrdeptask] ---
 *
 * A task T with recrdeptask N depends on the tasks N of every recipe that has a task somewhere
 * below T's dependencies. "Below" is what the direct edges say: one set of units per task, a bit
 * each, filled from the leaves up. What is added this way may itself have recipes below, and
 * recursive tasks may depend on each other, so it goes on until nothing is added. Only what is new
 * is looked at each time: every (task, recipe) pair is handled once. */

struct recursive {
	uint32_t task;
	const uint32_t **column;         /* of each task name: unit → task number + 1 */
	uint32_t names;
	struct numbers extra;            /* [recideptask]: tasks whose dependencies count too */
	uint64_t *units;                 /* set of units already handled */
	uint64_t *has;                   /* set of tasks already among T's dependencies, and T */
	const uint64_t *named;           /* set of all tasks of one of the names */
	uint32_t seen;                   /* how many of T's dependencies were looked at */
	uint32_t merged;                 /* how many of them gave what they depend on */
	uint32_t direct;                 /* how many there were at first … */
	struct numbers via;              /* … and for each since then the recursive + 1 that gave it */
	uint32_t stepped, changed;       /* the last step this was done, and added something */
};

static uint32_t set_words(uint32_t bits) {
	return bits / 64 + 1;
}

static bool set_add(uint64_t *set, uint32_t i) {
	uint64_t bit = (uint64_t)1 << (i % 64);
	if (set[i / 64] & bit)
		return false;
	set[i / 64] |= bit;
	return true;
}

/* The edges turned round: who depends on t is v[start[t]] … v[start[t + 1] - 1]. */
struct reverse {
	uint32_t *start, *v;
};

static struct reverse reverse_edges(struct arena *a, const struct edges *e) {
	uint32_t *start = ARENA_ARRAY(a, uint32_t, e->tasks + 2), count = 0;
	for (uint32_t t = 0; t < e->tasks; t++)
		for (uint32_t i = 0; i < e->deps[t].n; i++, count++)
			start[e->deps[t].v[i] + 2]++;
	for (uint32_t t = 2; t < e->tasks + 2; t++)
		start[t] += start[t - 1];
	uint32_t *v = ARENA_ARRAY(a, uint32_t, count + 1);
	for (uint32_t t = 0; t < e->tasks; t++)
		for (uint32_t i = 0; i < e->deps[t].n; i++)
			v[start[e->deps[t].v[i] + 1]++] = t;
	return (struct reverse){ start, v };
}

static void add_to_order(struct builder *b, uint32_t recursive) {
	if (b->recursive[recursive].stepped)
		return;
	b->recursive[recursive].stepped = 1;
	b->order[b->ordered++] = recursive;
}

/* Per task the units that have a task below it, by walking up from the leaves. Tasks on a cycle
 * keep what reached them; the cycle is reported later if it matters. */
static uint64_t *units_below(struct builder *b) {
	struct edges *e = b->edges;
	struct reverse up = reverse_edges(b->arena, e);
	uint32_t words = set_words(e->units), ready = 0;
	uint64_t *below = ARENA_ARRAY(b->arena, uint64_t, (size_t)e->tasks * words);
	uint32_t *left = ARENA_ARRAY(b->arena, uint32_t, e->tasks + 1);
	uint32_t *queue = ARENA_ARRAY(b->arena, uint32_t, e->tasks + 1);
	for (uint32_t t = 0; t < e->tasks; t++)
		if (!(left[t] = e->deps[t].n))
			queue[ready++] = t;
	for (uint32_t done = 0; done < ready; done++) {
		uint32_t t = queue[done];
		if (b->recursive_of[t])
			add_to_order(b, b->recursive_of[t] - 1);
		for (uint32_t i = up.start[t]; i < up.start[t + 1]; i++) {
			uint64_t *from = below + (size_t)t * words;
			uint64_t *to = below + (size_t)up.v[i] * words;
			set_add(to, e->owner[t]);
			for (uint32_t w = 0; w < words; w++)
				to[w] |= from[w];
			if (--left[up.v[i]] == 0)
				queue[ready++] = up.v[i];
		}
	}
	return below;
}

static const uint32_t *column(struct builder *b, struct slice name) {
	const struct atom *key = atom(name);
	uint32_t *c = map_get(&b->columns, key);
	if (c)
		return c;
	c = ARENA_ARRAY(b->arena, uint32_t, b->edges->units);
	for (uint32_t u = 0; u < b->edges->units; u++)
		c[u] = task_number(b->edges, u, key) + 1;      /* none: UINT32_MAX + 1 = 0 */
	map_put(&b->columns, key, c);
	return c;
}

static const uint64_t *named_tasks(struct builder *b, const struct slices *names) {
	const struct edges *e = b->edges;
	const struct atom *key = atom(slices_join(b->arena, names, " "));
	uint64_t *set = map_get(&b->named, key);
	if (set)
		return set;
	set = ARENA_ARRAY(b->arena, uint64_t, set_words(e->tasks));
	for (size_t i = 0; i < names->n; i++) {
		const uint32_t *c = column(b, names->v[i]);
		for (uint32_t u = 0; u < e->units; u++)
			if (c[u])
				set_add(set, c[u] - 1);
	}
	map_put(&b->named, key, set);
	return set;
}

static void begin_recursive(struct builder *b, uint32_t task, const struct recipe_task *spec) {
	struct edges *e = b->edges;
	struct recursive *r = &b->recursive[b->recursives++];
	b->recursive_of[task] = b->recursives;
	r->task = task;
	r->names = (uint32_t)spec->recrdeptask.n;
	r->column = ARENA_ARRAY(b->arena, const uint32_t *, r->names);
	for (uint32_t i = 0; i < r->names; i++)
		r->column[i] = column(b, spec->recrdeptask.v[i]);
	r->named = named_tasks(b, &spec->recrdeptask);
	r->units = ARENA_ARRAY(b->arena, uint64_t, set_words(e->units));
	r->has = ARENA_ARRAY(b->arena, uint64_t, set_words(e->tasks));
	r->direct = e->deps[task].n;
	set_add(r->has, task);
	for (uint32_t i = 0; i < e->deps[task].n; i++)
		set_add(r->has, e->deps[task].v[i]);
	for (size_t i = 0; i < spec->recideptask.n; i++) {
		uint32_t t = task_number(e, e->owner[task], atom(spec->recideptask.v[i]));
		if (t != UINT32_MAX)
			push(b->arena, &r->extra, t);
	}
}

static bool add_recursive(struct builder *b, struct recursive *r, uint32_t task, uint32_t via) {
	if (!set_add(r->has, task))
		return false;
	push(b->arena, &b->edges->deps[r->task], task);
	push(b->arena, &r->via, via);
	return true;
}

/* The tasks of r's names in every unit of the set that was not handled yet. */
static bool add_units(struct builder *b, struct recursive *r, const uint64_t *below) {
	bool added = false;
	for (uint32_t w = 0; w < set_words(b->edges->units); w++) {
		uint64_t new = below[w] & ~r->units[w];
		r->units[w] |= new;
		for (; new; new &= new - 1) {
			uint32_t unit = w * 64 + (uint32_t)__builtin_ctzll(new);
			for (uint32_t i = 0; i < r->names; i++)
				if (r->column[i][unit])
					added |= add_recursive(b, r, r->column[i][unit] - 1, 0);
		}
	}
	return added;
}

/* What another recursive task depends on is r's too, as far as it has one of r's names. */
static bool add_from(struct builder *b, struct recursive *r, const struct recursive *other) {
	bool added = false;
	for (uint32_t w = 0; w < set_words(b->edges->tasks); w++)
		for (uint64_t new = other->has[w] & r->named[w] & ~r->has[w]; new; new &= new - 1)
			added |= add_recursive(b, r, w * 64 + (uint32_t)__builtin_ctzll(new),
					(uint32_t)(other - b->recursive) + 1);
	return added;
}

/* Has dependency i, a recursive task, anything that r cannot have yet? Not when it came by way of a
 * third that asks for the same names and took all it has. */
static bool has_news(const struct builder *b, const struct recursive *r, uint32_t i,
		const struct recursive *other) {
	if (i < r->merged)
		return other->changed >= r->stepped;
	if (i < r->direct || !r->via.v[i - r->direct])
		return true;
	const struct recursive *via = &b->recursive[r->via.v[i - r->direct] - 1];
	return via->named != r->named || via->stepped <= other->changed;
}

/* What a recursive task below had to give is taken once, and again when it has more since. */
static bool take_below(struct builder *b, struct recursive *r, uint32_t step) {
	struct numbers *deps = &b->edges->deps[r->task];
	bool added = false;
	for (uint32_t i = 0; i < deps->n; i++) {
		uint32_t other = b->recursive_of[deps->v[i]];
		if (other && has_news(b, r, i, &b->recursive[other - 1]))
			added |= add_from(b, r, &b->recursive[other - 1]);
	}
	r->merged = deps->n;
	r->stepped = step;
	return added;
}

/* The recursive tasks come first: they are few and have most of it. */
static bool step_recursive(struct builder *b, struct recursive *r, const uint64_t *below,
		uint32_t step) {
	struct edges *e = b->edges;
	uint32_t words = set_words(e->units);
	bool added = take_below(b, r, step);
	for (; r->seen < e->deps[r->task].n; r->seen++)
		added |= add_units(b, r, below + (size_t)e->deps[r->task].v[r->seen] * words);
	for (uint32_t i = 0; i < r->extra.n; i++) {
		const struct numbers *deps = &e->deps[r->extra.v[i]];
		added |= add_units(b, r, below + (size_t)r->extra.v[i] * words);
		for (uint32_t k = 0; k < deps->n; k++)
			added |= add_units(b, r, below + (size_t)deps->v[k] * words);
	}
	added |= take_below(b, r, step);
	if (added)
		r->changed = step;
	return added;
}

static bool refers_to_itself(struct builder *b, const struct recursive *r) {
	for (uint32_t i = 0; i < r->names; i++)
		if (r->column[i][b->edges->owner[r->task]] == r->task + 1)
			return true;
	return false;
}

/* do_a[recrdeptask] = "do_a do_b" is meant for what is below: such tasks do not wait for each
 * other. */
static void drop_self_references(struct builder *b) {
	struct edges *e = b->edges;
	bool *selfish = ARENA_ARRAY(b->arena, bool, e->tasks);
	for (uint32_t i = 0; i < b->recursives; i++)
		selfish[b->recursive[i].task] = refers_to_itself(b, &b->recursive[i]);
	for (uint32_t i = 0; i < b->recursives; i++) {
		struct numbers *deps = &e->deps[b->recursive[i].task];
		uint32_t n = 0;
		for (uint32_t k = 0; k < deps->n && selfish[b->recursive[i].task]; k++)
			if (!selfish[deps->v[k]])
				deps->v[n++] = deps->v[k];
		if (selfish[b->recursive[i].task])
			deps->n = n;
	}
}

static const struct recipe_task *spec_of(const struct edges *e, uint32_t task) {
	const struct unit *u = &e->unit[e->owner[task]];
	return &u->recipe->task[task - u->first];
}

static void recursive_edges(struct builder *b) {
	struct edges *e = b->edges;
	uint32_t count = 0;
	for (uint32_t t = 0; t < e->tasks; t++)
		count += spec_of(e, t)->recrdeptask.n > 0;
	if (!count)
		return;
	b->recursive = ARENA_ARRAY(b->arena, struct recursive, count);
	b->order = ARENA_ARRAY(b->arena, uint32_t, count);
	b->recursive_of = ARENA_ARRAY(b->arena, uint32_t, e->tasks);
	for (uint32_t t = 0; t < e->tasks; t++)
		if (spec_of(e, t)->recrdeptask.n)
			begin_recursive(b, t, spec_of(e, t));
	uint64_t *below = units_below(b);
	for (uint32_t i = 0; i < b->recursives; i++)
		add_to_order(b, i);          /* those on a cycle */
	uint32_t step = 2;                   /* add_to_order used the first */
	for (bool added = true; added;) {
		added = false;
		for (uint32_t i = 0; i < b->recursives; i++, step++)
			added |= step_recursive(b, &b->recursive[b->order[i]], below, step);
	}
	drop_self_references(b);
	for (uint32_t i = 0; i < b->recursives; i++) {
		struct numbers *deps = &e->deps[b->recursive[i].task];
		if (deps->n)
			qsort(deps->v, deps->n, sizeof *deps->v, by_number);
	}
}

/* --- targets --- */

static void report_no_task(struct builder *b, const struct edges_target *t,
		const struct recipe *r) {
	error(SFMT ": has no task " SFMT " (" SFMT ")" SFMT, SARG(t->name), SARG(t->task),
			SARG(r->file), SARG(near_tasks(b, r, t->task)));
	b->faults++;
}

static void find_target(struct builder *b, const struct edges_target *target) {
	const struct provider_choice *c = provider_build(b->providers, target->name);
	if (!c->n)
		return;
	uint32_t t = task_number(b->edges, unit_of(b, c->v[0]), atom(target->task));
	if (t == UINT32_MAX)
		report_no_task(b, target, c->v[0]);
	else
		push(b->arena, &b->edges->targets, t);
}

struct edges *edges_build(struct arena *a, struct providers *p, const struct edges_target *targets,
		size_t count) {
	struct builder b = { .arena = a, .providers = p, .edges = ARENA_NEW(a, struct edges) };
	b.numbers.arena = b.columns.arena = b.named.arena = b.missing_build.arena = b.missing_run.arena = a;
	for (size_t i = 0; i < count; i++)
		resolve(&b, targets[i].name, false, SLICE_NONE);
	for (uint32_t u = 0; u < b.edges->units; u++)
		resolve_unit(&b, u);
	report_missing(&b, &b.missing_build, false);
	report_missing(&b, &b.missing_run, true);
	if (b.faults || provider_faults(p))
		return NULL;
	all_direct_edges(&b);
	for (size_t i = 0; i < count; i++)
		find_target(&b, &targets[i]);
	if (b.faults)
		return NULL;
	recursive_edges(&b);
	return b.edges;
}
