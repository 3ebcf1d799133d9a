/* provider: an index from names to the recipes that provide them; each name is answered once. Names
 * nothing provides are explained: skipped recipes, near names. */
#include "provider.h"
#include "data.h"
#include "map.h"
#include "preference.h"
#include "recipe.h"
#include "regex.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>


/* A word of ASSUME_PROVIDED or PACKAGES_DYNAMIC that is a regular expression. */
struct pattern {
	struct regex *regex;
	struct candidates recipes;       /* of PACKAGES_DYNAMIC */
};

struct patterns {
	struct pattern *v;
	size_t n, cap;
};

struct providers {
	struct arena *arena;
	struct data *config;
	const struct recipes *all;
	struct map by_pn;                /* PN → list */
	struct map build, run;           /* name → list: PROVIDES; RPROVIDES and PACKAGES */
	struct map dynamic;              /* word of PACKAGES_DYNAMIC → list … */
	struct patterns patterns;        /* … compiled when first needed */
	struct map assumed;              /* set */
	struct patterns assumed_patterns;
	struct map many_allowed;         /* set */
	struct map chosen_build, chosen_run;     /* name → struct provider_choice */
	struct preference *preference;
};

/* --- the index --- */

static void index_add(struct providers *p, struct map *m, struct slice name,
		const struct recipe *r) {
	const struct atom *key = atom(name);
	struct candidates *l = map_get(m, key);
	if (!l) {
		l = ARENA_NEW(p->arena, struct candidates);
		map_put(m, key, l);
	}
	candidates_add(p->arena, l, r);
}

static void index_names(struct providers *p, struct map *m, const struct slices *names,
		const struct recipe *r) {
	for (size_t i = 0; i < names->n; i++)
		index_add(p, m, names->v[i], r);
}

static void index_recipe(struct providers *p, const struct recipe *r) {
	if (r->skipped.p)
		return;
	index_add(p, &p->by_pn, r->pn, r);
	index_names(p, &p->build, &r->provides, r);
	index_names(p, &p->run, &r->rprovides, r);
	index_names(p, &p->run, &r->packages, r);
	for (size_t i = 0; i < r->packages_count; i++)
		index_names(p, &p->run, &r->package[i].rprovides, r);
	index_names(p, &p->dynamic, &r->packages_dynamic, r);
}

/* NULL for what does not compile: a warning is all, since one recipe must not stop the others. */
static struct regex *compile(struct arena *a, const char *variable, struct slice pattern) {
	const char *why;
	struct regex *r = regex_new(a, pattern, &why);
	if (!r)
		warn("%s: " SFMT ": %s", variable, SARG(pattern), why);
	return r;
}

static void patterns_add(struct arena *a, struct patterns *list, struct pattern pattern) {
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 16;
		struct pattern *v = ARENA_ARRAY(a, struct pattern, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n++] = pattern;
}

static void read_assumed(struct providers *p) {
	struct slice rest = data_text(p->config, "ASSUME_PROVIDED"), word;
	while (slice_word(&rest, &word)) {
		struct pattern pattern = { 0 };
		if (!slice_starts(word, "^") && !slice_ends(word, "$")) {
			map_add(&p->assumed, atom(word));
			continue;
		}
		pattern.regex = compile(p->arena, "ASSUME_PROVIDED", word);
		if (pattern.regex)
			patterns_add(p->arena, &p->assumed_patterns, pattern);
	}
}

struct providers *provider_index(struct arena *a, struct data *config, const struct recipes *list) {
	struct providers *p = ARENA_NEW(a, struct providers);
	p->arena = a;
	p->all = list;
	p->config = data_child(a, config);
	data_overrides_key(p->config);
	struct map *maps[] = { &p->by_pn, &p->build, &p->run, &p->dynamic, &p->assumed,
		&p->many_allowed, &p->chosen_build, &p->chosen_run };
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		maps[i]->arena = a;
	for (size_t i = 0; i < list->n; i++)
		index_recipe(p, &list->v[i]);
	read_assumed(p);
	p->preference = preference_new(a, p->config, &p->by_pn);
	struct slice rest = data_text(p->config, "BB_MULTI_PROVIDER_ALLOWED"), word;
	while (slice_word(&rest, &word))
		map_add(&p->many_allowed, atom(word));
	return p;
}

unsigned provider_faults(const struct providers *p) {
	return preference_faults(p->preference);
}

bool provider_many_allowed(const struct providers *p, struct slice name) {
	return map_get(&p->many_allowed, atom(name));
}

/* --- names nothing provides --- */

static void near_names(struct providers *p, struct slice name, bool run, struct slices *near) {
	struct slices all = { 0 };
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(run ? &p->run : &p->build, &i));)
		slices_add(p->arena, &all, atom_slice(e->key));
	for (size_t i = 0; i < p->all->n; i++)
		if (p->all->v[i].skipped.p)
			slices_add(p->arena, &all, p->all->v[i].pn);
	near_pick(p->arena, name, &all, near);
}

static bool package_has(const struct recipe *r, struct slice name) {
	for (size_t i = 0; i < r->packages_count; i++)
		if (slices_has(&r->package[i].rprovides, name))
			return true;
	return slices_has(&r->rprovides, name) || slices_has(&r->packages, name);
}

static void tell_skipped(struct providers *p, struct slice name, bool run, struct slices *reasons) {
	for (size_t i = 0; i < p->all->n; i++) {
		const struct recipe *r = &p->all->v[i];
		if (!r->skipped.p || !(slice_eq(r->pn, name) || (run ? package_has(r, name)
				: slices_has(&r->provides, name))))
			continue;
		slices_add(p->arena, reasons, arena_printf(p->arena, SFMT
				" provides it but is skipped: " SFMT, SARG(r->pn), SARG(r->skipped)));
	}
}

static const char *explain(struct providers *p, struct slice name, bool run) {
	struct slices reasons = { 0 }, near = { 0 };
	tell_skipped(p, name, run, &reasons);
	const struct candidates *other = map_get(run ? &p->build : &p->run, atom(name));
	const char *form = run ? SFMT " PROVIDES it, but it is no package"
		: "it is a package of " SFMT;
	if (!reasons.n && other)
		slices_add(p->arena, &reasons, arena_printf(p->arena, form, SARG(other->v[0]->pn)));
	near_names(p, name, run, &near);
	if (!reasons.n && near.n)
		slices_add(p->arena, &reasons, arena_printf(p->arena, "did you mean " SFMT "?",
				SARG(slices_join(p->arena, &near, ", "))));
	return reasons.n ? arena_str(p->arena, slices_join(p->arena, &reasons, "; ")) : NULL;
}

/* --- the answers --- */

static bool is_assumed(struct providers *p, struct slice name) {
	if (map_get(&p->assumed, atom(name)))
		return true;
	for (size_t i = 0; i < p->assumed_patterns.n; i++)
		if (regex_match(p->assumed_patterns.v[i].regex, name))
			return true;
	return false;
}

/* PACKAGES_DYNAMIC is compiled when the first name needs it. A + in it stands for itself, as in
 * BitBake, since package names hold it. */
static void compile_dynamic(struct providers *p) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&p->dynamic, &i));) {
		struct buf text = { .arena = p->arena };
		for (const char *c = e->key->p; *c; c++) {
			if (*c == '+')
				buf_addc(&text, '\\');
			buf_addc(&text, *c);
		}
		struct pattern pattern = { .recipes = *(struct candidates *)e->value };
		pattern.regex = compile(p->arena, "PACKAGES_DYNAMIC", buf_slice(&text));
		if (pattern.regex)
			patterns_add(p->arena, &p->patterns, pattern);
	}
}

static struct candidates run_candidates(struct providers *p, struct slice name) {
	struct candidates found = { 0 };
	const struct candidates *l = map_get(&p->run, atom(name));
	if (l)
		return *l;
	if (!p->patterns.n)
		compile_dynamic(p);
	for (size_t i = 0; i < p->patterns.n; i++)
		if (regex_match(p->patterns.v[i].regex, name))
			for (uint32_t k = 0; k < p->patterns.v[i].recipes.n; k++)
				candidates_add(p->arena, &found, p->patterns.v[i].recipes.v[k]);
	return found;
}

static void choose(struct providers *p, struct slice name, bool run, struct provider_choice *c) {
	const char *why = NULL;
	struct candidates candidates = { 0 };
	const struct candidates *known = map_get(&p->build, atom(name));
	if (run)
		candidates = run_candidates(p, name);
	else if (known)
		candidates = *known;
	if (!candidates.n) {
		c->why = explain(p, name, run);
		return;
	}
	struct candidates l = run ? preference_run(p->preference, &candidates, name, &why)
		: preference_build(p->preference, &candidates, name, &why);
	c->v = l.v;
	c->n = l.n;
	c->why = why;
}

static const struct provider_choice *answer(struct providers *p, struct slice name, bool run) {
	struct map *memo = run ? &p->chosen_run : &p->chosen_build;
	const struct atom *key = atom(name);
	struct provider_choice *c = map_get(memo, key);
	if (c)
		return c;
	c = ARENA_NEW(p->arena, struct provider_choice);
	map_put(memo, key, c);
	c->assumed = is_assumed(p, name);
	if (!c->assumed)
		choose(p, name, run, c);
	return c;
}

const struct provider_choice *provider_build(struct providers *p, struct slice name) {
	return answer(p, name, false);
}

const struct provider_choice *provider_run(struct providers *p, struct slice name) {
	return answer(p, name, true);
}

/* --- world --- */

static bool has_task(const struct recipe *r, struct slice task) {
	return !task.p || recipe_task_find(r, atom(task));
}

static bool provided_by_others(const struct providers *p, struct slice name, struct slice pn) {
	const struct candidates *l = map_get(&p->build, atom(name));
	for (uint32_t i = 0; i < l->n; i++)
		if (!slice_eq(l->v[i]->pn, pn))
			return true;
	return false;
}

/* World is what nothing else could stand in for: no virtual/ name, no name shared with another
 * PN. */
static bool in_world(const struct providers *p, const struct recipe *r, struct slice task) {
	if (r->exclude_from_world || !has_task(r, task))
		return false;
	const struct candidates *same = map_get(&p->by_pn, atom(r->pn));
	for (uint32_t i = 0; i < same->n; i++)
		for (size_t k = 0; k < same->v[i]->provides.n; k++) {
			struct slice name = same->v[i]->provides.v[k];
			if (slice_starts(name, "virtual/") || provided_by_others(p, name, r->pn))
				return false;
		}
	return true;
}

static void add_all(struct providers *p, struct slice task, bool universe, struct slices *targets) {
	struct map names = { .arena = p->arena };
	for (size_t i = 0; i < p->all->n; i++) {
		const struct recipe *r = &p->all->v[i];
		if (!r->skipped.p && (universe ? has_task(r, task) : in_world(p, r, task)))
			map_add(&names, atom(r->pn));
	}
	size_t n;
	const struct atom **sorted = map_sorted(&names, p->arena, &n);
	for (size_t i = 0; i < n; i++)
		slices_add(p->arena, targets, atom_slice(sorted[i]));
}

void provider_world(struct providers *p, struct slice task, struct slices *targets) {
	add_all(p, task, false, targets);
}

void provider_universe(struct providers *p, struct slice task, struct slices *targets) {
	add_all(p, task, true, targets);
}
