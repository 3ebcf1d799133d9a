/* provider: names to recipes by BitBake's rules (providers.py): layer priority,
 * DEFAULT_PREFERENCE and version order the recipes of one PN; PREFERRED_* and the PN itself
 * order the PNs.
 *
 * Invariant: candidates are sorted by id before anything is chosen, so the order of files on
 * disk never decides. */
#include "provider.h"
#include "data.h"
#include "map.h"
#include "recipe.h"
#include "regex.h"
#include "util.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_NEAR = 3 };

struct list {
	const struct recipe **v;
	uint32_t n, cap;
};

/* A word of ASSUME_PROVIDED or PACKAGES_DYNAMIC that is a regular expression. */
struct pattern {
	struct regex *regex;
	struct list recipes;     /* of PACKAGES_DYNAMIC */
};

struct patterns {
	struct pattern *v;
	size_t n, cap;
};

struct providers {
	struct arena *arena;
	struct data *config;
	const struct recipes *all;
	struct map by_pn, by_id;         /* PN → list; id → recipe */
	struct map build, run;           /* name → list: PROVIDES; RPROVIDES and PACKAGES */
	struct map dynamic;              /* text of PACKAGES_DYNAMIC → its index in patterns + 1 */
	struct patterns patterns;        /* … compiled when first needed */
	struct map assumed;              /* set */
	struct patterns assumed_patterns;
	struct map preferred;            /* PREFERRED_PROVIDERS: name → atom of the PN */
	struct map many_allowed;         /* set */
	struct map chosen_build, chosen_run;     /* name → struct provider_choice */
	struct map told;                 /* set: PNs whose missing preferred version was told */
};

/* --- versions --- */

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

int provider_newer(const struct recipe *a, const struct recipe *b) {
	struct slice none = SLICE("0");
	int order = version_compare_part(a->pe.n ? a->pe : none, b->pe.n ? b->pe : none);
	if (!order)
		order = version_compare_part(a->pv, b->pv);
	return order ? order : version_compare_part(a->pr, b->pr);
}

/* --- the index --- */

static void list_add(struct arena *a, struct list *l, const struct recipe *r) {
	if (l->n && l->v[l->n - 1] == r)
		return;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 2;
		const struct recipe **v = ARENA_ARRAY(a, const struct recipe *, l->cap);
		if (l->n)
			memcpy(v, l->v, l->n * sizeof *v);
		l->v = v;
	}
	l->v[l->n++] = r;
}

static void index_add(struct providers *p, struct map *m, struct slice name,
		const struct recipe *r) {
	const struct atom *key = atom(name);
	struct list *l = map_get(m, key);
	if (!l) {
		l = ARENA_NEW(p->arena, struct list);
		map_put(m, key, l);
	}
	list_add(p->arena, l, r);
}

static void index_names(struct providers *p, struct map *m, const struct slices *names,
		const struct recipe *r) {
	for (size_t i = 0; i < names->n; i++)
		index_add(p, m, names->v[i], r);
}

static void index_recipe(struct providers *p, const struct recipe *r) {
	map_put(&p->by_id, atom(r->id), (void *)(uintptr_t)r);
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

static void read_preferred(struct providers *p) {
	struct slice rest = data_text(p->config, "PREFERRED_PROVIDERS"), word, name;
	while (slice_word(&rest, &word)) {
		struct slice pn = word;
		if (!slice_field(&pn, ':', &name) || !pn.n || memchr(pn.p, ':', pn.n)) {
			error("PREFERRED_PROVIDERS: " SFMT ": is not of the form NAME:RECIPE",
					SARG(word));
			continue;
		}
		const struct atom *old = map_get(&p->preferred, atom(name)), *new = atom(pn);
		if (old && old != new)
			error("PREFERRED_PROVIDERS: " SFMT ": names both %s and %s", SARG(name),
					old->p, new->p);
		map_put(&p->preferred, atom(name), (void *)(uintptr_t)new);
	}
}

struct providers *provider_index(struct arena *a, struct data *config, const struct recipes *list) {
	struct providers *p = ARENA_NEW(a, struct providers);
	p->arena = a;
	p->all = list;
	p->config = data_child(a, config);
	data_overrides_key(p->config);
	struct map *maps[] = { &p->by_pn, &p->by_id, &p->build, &p->run, &p->dynamic, &p->assumed,
		&p->preferred, &p->many_allowed, &p->chosen_build, &p->chosen_run, &p->told };
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		maps[i]->arena = a;
	for (size_t i = 0; i < list->n; i++)
		index_recipe(p, &list->v[i]);
	read_assumed(p);
	read_preferred(p);
	struct slice rest = data_text(p->config, "BB_MULTI_PROVIDER_ALLOWED"), word;
	while (slice_word(&rest, &word))
		map_add(&p->many_allowed, atom(word));
	return p;
}

bool provider_many_allowed(const struct providers *p, struct slice name) {
	return map_get(&p->many_allowed, atom(name));
}

const struct recipe *provider_by_id(const struct providers *p, struct slice id) {
	const struct atom *key = atom_find(id);
	return key ? map_get(&p->by_id, key) : NULL;
}

const struct recipe *const *provider_by_pn(const struct providers *p, struct slice pn,
		uint32_t *n) {
	const struct atom *key = atom_find(pn);
	const struct list *l = key ? map_get(&p->by_pn, key) : NULL;
	*n = l ? l->n : 0;
	return l ? l->v : NULL;
}

/* --- one PN: the version --- */

static struct slice preference(struct providers *p, const char *prefix, struct slice name) {
	struct slice value = SLICE_NONE;
	data_get(p->config, atom(arena_printf(p->arena, "%s" SFMT, prefix, SARG(name))), &value);
	return value;
}

/* PREFERRED_VERSION:pn-x, PREFERRED_VERSION_x, PREFERRED_VERSION: the first that is not empty. A PN
 * may hold what an override cannot, so the names are made here and not left to OVERRIDES. */
static struct slice version_wanted(struct providers *p, const char *variable, struct slice pn) {
	struct slice name = slice_of(variable);
	struct slice v = preference(p, arena_printf(p->arena, SFMT ":pn-", SARG(name)).p, pn);
	if (!v.n)
		v = preference(p, arena_printf(p->arena, SFMT "_", SARG(name)).p, pn);
	if (!v.n)
		v = preference(p, variable, SLICE_NONE);
	return v;
}

/* "1:2.0%" is epoch 1 and any version that starts with 2.0. As in BitBake (whose pattern is greedy)
 * a revision cannot be asked for: "_r1" is part of the version. */
static bool version_fits(const struct recipe *r, struct slice wanted) {
	struct slice epoch = SLICE_NONE;
	for (size_t n = 0; n < wanted.n && is_digit(wanted.p[n]);) {
		if (++n < wanted.n && wanted.p[n] == ':') {
			epoch = slice_sub(wanted, 0, n);
			wanted = slice_sub(wanted, n + 1, wanted.n);
			n = 0;
		}
	}
	if (epoch.p && !slice_eq(epoch, r->pe))
		return false;
	if (slice_ends(wanted, "%")) {
		struct slice stem = slice_sub(wanted, 0, wanted.n - 1);
		if (slice_eq(stem, slice_sub(r->pv, 0, stem.n)))
			return true;
	}
	return slice_eq(wanted, r->pv);
}

/* By layer priority, highest first; then by DEFAULT_PREFERENCE, lowest first; then by id. */
static int by_priority(const void *x, const void *y) {
	const struct recipe *const *left = x, *const *right = y;
	const struct recipe *a = *left, *b = *right;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->default_preference != b->default_preference)
		return a->default_preference < b->default_preference ? -1 : 1;
	return slice_cmp(a->id, b->id);
}

/* The newest in the layers of highest priority, a higher DEFAULT_PREFERENCE before any version. */
static const struct recipe *latest(const struct list *sorted) {
	const struct recipe *best = sorted->v[0];
	for (uint32_t i = 1; i < sorted->n && sorted->v[i]->priority == best->priority; i++) {
		const struct recipe *r = sorted->v[i];
		if (r->default_preference > best->default_preference || (r->default_preference ==
				best->default_preference && provider_newer(best, r) < 0))
			best = r;
	}
	return best;
}

static const char *versions_there(struct providers *p, const struct list *sorted) {
	struct slices versions = { 0 };
	for (uint32_t i = 0; i < sorted->n; i++) {
		const struct recipe *r = sorted->v[i];
		struct slice v = r->pv;
		if (r->pe.n)
			v = arena_printf(p->arena, SFMT ":" SFMT, SARG(r->pe), SARG(r->pv));
		if (!slices_has(&versions, v))
			slices_add(p->arena, &versions, v);
	}
	slices_sort(&versions);
	return arena_str(p->arena, slices_join(p->arena, &versions, ", "));
}

struct picked {
	const struct recipe *recipe;     /* NULL: a required version is not there … */
	const char *why;                 /* … and this says so */
	bool wanted;                     /* by PREFERRED_VERSION or REQUIRED_VERSION */
};

/* Which recipe of one PN; l holds its recipes and is reordered. */
static struct picked pick_version(struct providers *p, struct list *l) {
	struct slice pn = l->v[0]->pn;
	struct slice required = version_wanted(p, "REQUIRED_VERSION", pn);
	struct slice wanted = required.p ? required : version_wanted(p, "PREFERRED_VERSION", pn);
	qsort(l->v, l->n, sizeof *l->v, by_priority);
	for (uint32_t i = 0; wanted.n && i < l->n; i++)
		if (version_fits(l->v[i], wanted))
			return (struct picked){ l->v[i], NULL, true };
	if (required.p) {
		const char *why = arena_printf(p->arena, "REQUIRED_VERSION_" SFMT ": " SFMT
				" is not there, these are: %s", SARG(pn), SARG(wanted),
				versions_there(p, l)).p;
		return (struct picked){ NULL, why, true };
	}
	if (wanted.n && map_add(&p->told, atom(pn)))
		warn("PREFERRED_VERSION_" SFMT ": " SFMT " is not there, these are: %s", SARG(pn),
				SARG(wanted), versions_there(p, l));
	return (struct picked){ latest(l), NULL, false };
}

/* --- several PNs --- */

static int by_pn(const void *x, const void *y) {
	const struct recipe *const *left = x, *const *right = y;
	const struct recipe *a = *left, *b = *right;
	int order = slice_cmp(a->pn, b->pn);
	return order ? order : slice_cmp(a->id, b->id);
}

static struct list sorted_copy(struct providers *p, const struct list *l) {
	struct list copy = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		list_add(p->arena, &copy, l->v[i]);
	if (copy.n)
		qsort(copy.v, copy.n, sizeof *copy.v, by_pn);
	uint32_t n = 0;
	for (uint32_t i = 0; i < copy.n; i++)
		if (!n || copy.v[n - 1] != copy.v[i])
			copy.v[n++] = copy.v[i];
	copy.n = n;
	return copy;
}

static void to_front(struct list *l, uint32_t at) {
	const struct recipe *r = l->v[at];
	memmove(l->v + 1, l->v, at * sizeof *l->v);
	l->v[0] = r;
}

static bool pn_to_front(struct list *l, struct slice pn) {
	for (uint32_t i = 0; i < l->n; i++)
		if (slice_eq(l->v[i]->pn, pn)) {
			to_front(l, i);
			return true;
		}
	return false;
}

/* One recipe of each PN: those with a wanted version first, the PN that is the item before all.
 * None with *why when a required version is absent. */
static struct list eligible(struct providers *p, const struct list *candidates, struct slice item,
		const char **why) {
	struct list all = sorted_copy(p, candidates), wanted = { 0 }, rest = { 0 };
	for (uint32_t from = 0, to; from < all.n; from = to) {
		for (to = from + 1; to < all.n && slice_eq(all.v[to]->pn, all.v[from]->pn); to++)
			;
		struct list group = { all.v + from, to - from, 0 };
		struct picked picked = pick_version(p, &group);
		if (!picked.recipe) {
			*why = picked.why;
			return (struct list){ 0 };
		}
		list_add(p->arena, picked.wanted ? &wanted : &rest, picked.recipe);
	}
	for (uint32_t i = 0; i < rest.n; i++)
		list_add(p->arena, &wanted, rest.v[i]);
	pn_to_front(&wanted, item);
	return wanted;
}

static struct slice preferred_provider(struct providers *p, struct slice item) {
	struct slice pn = preference(p, "PREFERRED_PROVIDER_", item);
	const struct atom *listed = map_get(&p->preferred, atom(item));
	return pn.n || !listed ? pn : atom_slice(listed);
}

static const char *pn_names(struct providers *p, const struct list *l) {
	struct slices names = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		slices_add(p->arena, &names, l->v[i]->pn);
	return arena_str(p->arena, slices_join(p->arena, &names, ", "));
}

static void tell_open_choice(struct providers *p, const struct list *l, const char *variable,
		struct slice item) {
	note("several recipes provide " SFMT ": %s: taking " SFMT "; set %s" SFMT " to choose",
			SARG(item), pn_names(p, l), SARG(l->v[0]->pn), variable, SARG(item));
}

static struct list choose_build(struct providers *p, const struct list *candidates,
		struct slice item, const char **why) {
	struct list l = eligible(p, candidates, item, why);
	struct slice pn = preferred_provider(p, item);
	if (l.n && !(pn.n && pn_to_front(&l, pn)) && l.n > 1)
		tell_open_choice(p, &l, "PREFERRED_PROVIDER_", item);
	return l;
}

static bool list_has(const struct list *l, const struct recipe *r) {
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i] == r)
			return true;
	return false;
}

/* The recipe of l, not yet named, that PREFERRED_PROVIDER of something recipes called pn provide
 * names; NULL: none. */
static const struct recipe *implied(struct providers *p, const struct list *l, struct slice pn,
		const struct list *named) {
	const struct list *same = map_get(&p->by_pn, atom(pn));
	for (uint32_t i = 0; i < same->n; i++)
		for (size_t j = 0; j < same->v[i]->provides.n; j++) {
			struct slice name = same->v[i]->provides.v[j];
			struct slice want = preference(p, "PREFERRED_PROVIDER_", name);
			for (uint32_t k = 0; want.n && k < l->n; k++)
				if (slice_eq(l->v[k]->pn, want) && !list_has(named, l->v[k]))
					return l->v[k];
		}
	return NULL;
}

static void list_remove(struct list *l, const struct recipe *r) {
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i] != r)
			l->v[n++] = l->v[i];
	l->n = n;
}

/* PREFERRED_PROVIDER of what the candidates provide at build time also decides between them at run
 * time. Returns how many different ones are named. BitBake takes the first one it finds out of the
 * list it is walking, so the candidate behind is not asked; so do we. */
static uint32_t implied_to_front(struct providers *p, struct list *l) {
	struct list named = { 0 }, walked = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		list_add(p->arena, &walked, l->v[i]);
	for (uint32_t i = 0; i < walked.n; i++) {
		const struct recipe *r = implied(p, l, walked.v[i]->pn, &named);
		if (!r)
			continue;
		pn_to_front(l, r->pn);
		if (!named.n)
			list_remove(&walked, r);
		list_add(p->arena, &named, r);
	}
	return named.n;
}

static struct list choose_run(struct providers *p, const struct list *candidates, struct slice item,
		const char **why) {
	struct list l = eligible(p, candidates, item, why);
	struct slice pn = preference(p, "PREFERRED_RPROVIDER_", item);
	if (l.n < 2 || (pn.n && pn_to_front(&l, pn)))
		return l;
	uint32_t named = implied_to_front(p, &l);
	if (named > 1) {
		*why = arena_printf(p->arena, "PREFERRED_PROVIDER of different names chooses more than "
				"one of %s; set PREFERRED_RPROVIDER_" SFMT, pn_names(p, &l), SARG(item)).p;
		return (struct list){ 0 };
	}
	if (!named)
		tell_open_choice(p, &l, "PREFERRED_RPROVIDER_", item);
	return l;
}

/* --- names nothing provides --- */

struct near {
	struct slice name;
	unsigned distance;
};

static int by_distance(const void *x, const void *y) {
	const struct near *a = x, *b = y;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return slice_cmp(a->name, b->name);
}

void provider_near(struct arena *a, struct slice name, const struct slices *candidates,
		struct slices *near) {
	unsigned limit = name.n < 4 ? 1 : (unsigned)(name.n / 3 < 4 ? name.n / 3 + 1 : 4);
	struct near *found = ARENA_ARRAY(a, struct near, candidates->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < candidates->n; i++) {
		unsigned d = near_distance(name, candidates->v[i], limit);
		if (d <= limit)
			found[n++] = (struct near){ candidates->v[i], d };
	}
	qsort(found, n, sizeof *found, by_distance);
	for (size_t i = 0; i < n && near->n < MAX_NEAR; i++)
		if (!slices_has(near, found[i].name))
			slices_add(a, near, found[i].name);
}

static void near_names(struct providers *p, struct slice name, bool run, struct slices *near) {
	struct slices all = { 0 };
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(run ? &p->run : &p->build, &i));)
		slices_add(p->arena, &all, atom_slice(e->key));
	for (size_t i = 0; i < p->all->n; i++)
		if (p->all->v[i].skipped.p)
			slices_add(p->arena, &all, p->all->v[i].pn);
	provider_near(p->arena, name, &all, near);
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
		slices_add(p->arena, reasons, arena_printf(p->arena, SFMT " provides it but is skipped: "
				SFMT, SARG(r->pn), SARG(r->skipped)));
	}
}

static const char *explain(struct providers *p, struct slice name, bool run) {
	struct slices reasons = { 0 }, near = { 0 };
	tell_skipped(p, name, run, &reasons);
	const struct list *other = map_get(run ? &p->build : &p->run, atom(name));
	const char *form = run ? SFMT " only PROVIDES it: it is no package" : "it is a package of " SFMT;
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
		struct pattern pattern = { .recipes = *(struct list *)e->value };
		pattern.regex = compile(p->arena, "PACKAGES_DYNAMIC", buf_slice(&text));
		if (pattern.regex)
			patterns_add(p->arena, &p->patterns, pattern);
	}
}

static struct list run_candidates(struct providers *p, struct slice name) {
	struct list found = { 0 };
	const struct list *l = map_get(&p->run, atom(name));
	if (l)
		return *l;
	if (!p->patterns.n)
		compile_dynamic(p);
	for (size_t i = 0; i < p->patterns.n; i++)
		if (regex_match(p->patterns.v[i].regex, name))
			for (uint32_t k = 0; k < p->patterns.v[i].recipes.n; k++)
				list_add(p->arena, &found, p->patterns.v[i].recipes.v[k]);
	return found;
}

static void choose(struct providers *p, struct slice name, bool run, struct provider_choice *c) {
	const char *why = NULL;
	struct list candidates = { 0 };
	const struct list *known = map_get(&p->build, atom(name));
	if (run)
		candidates = run_candidates(p, name);
	else if (known)
		candidates = *known;
	if (!candidates.n) {
		c->why = explain(p, name, run);
		return;
	}
	struct list l = run ? choose_run(p, &candidates, name, &why)
		: choose_build(p, &candidates, name, &why);
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
	const struct list *l = map_get(&p->build, atom(name));
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
	const struct list *same = map_get(&p->by_pn, atom(r->pn));
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
