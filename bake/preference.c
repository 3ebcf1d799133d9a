/* preference: BitBake's rules (providers.py): layer priority, DEFAULT_PREFERENCE and version order
 * the recipes of one PN; PREFERRED_* and the PN itself order the PNs.
 *
 * Invariant: candidates are sorted by id before anything is chosen, so the order of files on disk
 * never decides. */
#include "preference.h"
#include "data.h"
#include "map.h"
#include "recipe.h"
#include "util.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

struct preference {
	struct arena *arena;
	struct data *config;
	const struct map *by_pn;
	struct map preferred;    /* PREFERRED_PROVIDERS: name → atom of the PN */
	struct map told;         /* set: PNs whose missing preferred version was told */
	unsigned faults;
};

void candidates_add(struct arena *a, struct candidates *l, const struct recipe *r) {
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

static void read_preferred(struct preference *p) {
	struct slice rest = data_text(p->config, "PREFERRED_PROVIDERS"), word, name;
	while (slice_word(&rest, &word)) {
		struct slice pn = word;
		if (!slice_field(&pn, ':', &name) || !pn.n || memchr(pn.p, ':', pn.n)) {
			error("PREFERRED_PROVIDERS: " SFMT ": is not of the form NAME:RECIPE",
					SARG(word));
			p->faults++;
			continue;
		}
		const struct atom *old = map_get(&p->preferred, atom(name)), *new = atom(pn);
		if (old && old != new) {
			error("PREFERRED_PROVIDERS: " SFMT ": names both %s and %s", SARG(name),
					old->p, new->p);
			p->faults++;
		}
		map_put(&p->preferred, atom(name), (void *)(uintptr_t)new);
	}
}

struct preference *preference_new(struct arena *a, struct data *config, const struct map *by_pn) {
	struct preference *p = ARENA_NEW(a, struct preference);
	p->arena = p->preferred.arena = p->told.arena = a;
	p->config = config;
	p->by_pn = by_pn;
	read_preferred(p);
	return p;
}

unsigned preference_faults(const struct preference *p) {
	return p->faults;
}

/* --- one PN: the version --- */

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

int preference_newer(const struct recipe *a, const struct recipe *b) {
	struct slice none = SLICE("0");
	int order = version_compare_part(a->pe.n ? a->pe : none, b->pe.n ? b->pe : none);
	if (!order)
		order = version_compare_part(a->pv, b->pv);
	return order ? order : version_compare_part(a->pr, b->pr);
}

static struct slice value_of(struct preference *p, const char *prefix, struct slice name) {
	struct slice value = SLICE_NONE;
	data_get(p->config, atom(arena_printf(p->arena, "%s" SFMT, prefix, SARG(name))), &value);
	return value;
}

/* PREFERRED_VERSION:pn-x, PREFERRED_VERSION_x, PREFERRED_VERSION: the first that is not empty. A PN
 * may hold what an override cannot, so the names are made here and not left to OVERRIDES. */
static struct slice version_wanted(struct preference *p, const char *variable, struct slice pn) {
	struct slice name = slice_of(variable);
	struct slice v = value_of(p, arena_printf(p->arena, SFMT ":pn-", SARG(name)).p, pn);
	if (!v.n)
		v = value_of(p, arena_printf(p->arena, SFMT "_", SARG(name)).p, pn);
	if (!v.n)
		v = value_of(p, variable, SLICE_NONE);
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
static const struct recipe *latest(const struct candidates *sorted) {
	const struct recipe *best = sorted->v[0];
	for (uint32_t i = 1; i < sorted->n && sorted->v[i]->priority == best->priority; i++) {
		const struct recipe *r = sorted->v[i];
		if (r->default_preference > best->default_preference || (r->default_preference ==
				best->default_preference && preference_newer(best, r) < 0))
			best = r;
	}
	return best;
}

static const char *versions_there(struct preference *p, const struct candidates *sorted) {
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
static struct picked pick_version(struct preference *p, struct candidates *l) {
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

static struct candidates sorted_copy(struct preference *p, const struct candidates *l) {
	struct candidates copy = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		candidates_add(p->arena, &copy, l->v[i]);
	if (copy.n)
		qsort(copy.v, copy.n, sizeof *copy.v, by_pn);
	uint32_t n = 0;
	for (uint32_t i = 0; i < copy.n; i++)
		if (!n || copy.v[n - 1] != copy.v[i])
			copy.v[n++] = copy.v[i];
	copy.n = n;
	return copy;
}

static void to_front(struct candidates *l, uint32_t at) {
	const struct recipe *r = l->v[at];
	memmove(l->v + 1, l->v, at * sizeof *l->v);
	l->v[0] = r;
}

static bool pn_to_front(struct candidates *l, struct slice pn) {
	for (uint32_t i = 0; i < l->n; i++)
		if (slice_eq(l->v[i]->pn, pn)) {
			to_front(l, i);
			return true;
		}
	return false;
}

/* One recipe of each PN: those with a wanted version first, the PN that is the item before all.
 * None with *why when a required version is absent. */
static struct candidates eligible(struct preference *p, const struct candidates *all,
		struct slice item, const char **why) {
	struct candidates each = sorted_copy(p, all), wanted = { 0 }, rest = { 0 };
	for (uint32_t from = 0, to; from < each.n; from = to) {
		for (to = from + 1; to < each.n && slice_eq(each.v[to]->pn, each.v[from]->pn); to++)
			;
		struct candidates group = { each.v + from, to - from, 0 };
		struct picked picked = pick_version(p, &group);
		if (!picked.recipe) {
			*why = picked.why;
			return (struct candidates){ 0 };
		}
		candidates_add(p->arena, picked.wanted ? &wanted : &rest, picked.recipe);
	}
	for (uint32_t i = 0; i < rest.n; i++)
		candidates_add(p->arena, &wanted, rest.v[i]);
	pn_to_front(&wanted, item);
	return wanted;
}

static struct slice preferred_provider(struct preference *p, struct slice item) {
	struct slice pn = value_of(p, "PREFERRED_PROVIDER_", item);
	const struct atom *listed = map_get(&p->preferred, atom(item));
	return pn.n || !listed ? pn : atom_slice(listed);
}

static const char *pn_names(struct preference *p, const struct candidates *l) {
	struct slices names = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		slices_add(p->arena, &names, l->v[i]->pn);
	return arena_str(p->arena, slices_join(p->arena, &names, ", "));
}

static void tell_open_choice(struct preference *p, const struct candidates *l, const char *variable,
		struct slice item) {
	note("several recipes provide " SFMT ": %s: taking " SFMT "; set %s" SFMT " to choose",
			SARG(item), pn_names(p, l), SARG(l->v[0]->pn), variable, SARG(item));
}

struct candidates preference_build(struct preference *p, const struct candidates *all,
		struct slice item, const char **why) {
	struct candidates l = eligible(p, all, item, why);
	struct slice pn = preferred_provider(p, item);
	if (l.n && !(pn.n && pn_to_front(&l, pn)) && l.n > 1)
		tell_open_choice(p, &l, "PREFERRED_PROVIDER_", item);
	return l;
}

static bool list_has(const struct candidates *l, const struct recipe *r) {
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i] == r)
			return true;
	return false;
}

/* The recipe of l, not yet named, that PREFERRED_PROVIDER of something recipes called pn provide
 * names; NULL: none. */
static const struct recipe *implied(struct preference *p, const struct candidates *l,
		struct slice pn, const struct candidates *named) {
	const struct candidates *same = map_get(p->by_pn, atom(pn));
	for (uint32_t i = 0; i < same->n; i++)
		for (size_t j = 0; j < same->v[i]->provides.n; j++) {
			struct slice name = same->v[i]->provides.v[j];
			struct slice want = value_of(p, "PREFERRED_PROVIDER_", name);
			for (uint32_t k = 0; want.n && k < l->n; k++)
				if (slice_eq(l->v[k]->pn, want) && !list_has(named, l->v[k]))
					return l->v[k];
		}
	return NULL;
}

static void list_remove(struct candidates *l, const struct recipe *r) {
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i] != r)
			l->v[n++] = l->v[i];
	l->n = n;
}

/* PREFERRED_PROVIDER of what the candidates provide at build time also decides between them at run
 * time. Returns how many different ones are named. BitBake takes the first one it finds out of the
 * list it is walking, so the candidate behind is not asked; so do we. */
static uint32_t implied_to_front(struct preference *p, struct candidates *l) {
	struct candidates named = { 0 }, walked = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		candidates_add(p->arena, &walked, l->v[i]);
	for (uint32_t i = 0; i < walked.n; i++) {
		const struct recipe *r = implied(p, l, walked.v[i]->pn, &named);
		if (!r)
			continue;
		pn_to_front(l, r->pn);
		if (!named.n)
			list_remove(&walked, r);
		candidates_add(p->arena, &named, r);
	}
	return named.n;
}

struct candidates preference_run(struct preference *p, const struct candidates *all,
		struct slice item, const char **why) {
	struct candidates l = eligible(p, all, item, why);
	struct slice pn = value_of(p, "PREFERRED_RPROVIDER_", item);
	if (l.n < 2 || (pn.n && pn_to_front(&l, pn)))
		return l;
	uint32_t named = implied_to_front(p, &l);
	if (named > 1) {
		*why = arena_printf(p->arena, "PREFERRED_PROVIDER of different names chooses more "
				"than one of %s; set PREFERRED_RPROVIDER_" SFMT, pn_names(p, &l),
				SARG(item)).p;
		return (struct candidates){ 0 };
	}
	if (!named)
		tell_open_choice(p, &l, "PREFERRED_RPROVIDER_", item);
	return l;
}

