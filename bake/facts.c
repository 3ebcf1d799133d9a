/* Recipes share most of their texts (classes, configuration). For every name the first few texts
 * are kept for the life of the process; a name whose text is another one in every recipe is
 * worked out anew each time, so memory stays bounded. Names are found by their dense number. */
#include "facts.h"

#include "code.h"
#include "data.h"
#include "hash.h"
#include "map.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TEXTS = 4 };

struct kept {
	struct slice text;
	enum facts_kind kind;
	bool dynamic;                    /* facts_of says NULL */
	struct facts facts;
	struct kept *next;
};

/* Everything known of one name. */
struct known {
	struct kept *texts;
	int count;
	const struct atom *variable, *flag;      /* of "NAME[flag]" */
	struct facts_shared *shared;
	struct { const struct atom *flag, *atom; } *flags;
	size_t flags_n, flags_cap;
};

static struct known **known;             /* by the atom's number */
static uint32_t known_cap;
static struct arena *forever;

static struct known *known_of(const struct atom *name) {
	if (name->id >= known_cap) {
		uint32_t cap = atom_count() * 2;
		known = xrealloc(known, cap * sizeof *known);
		memset(known + known_cap, 0, (cap - known_cap) * sizeof *known);
		known_cap = cap;
	}
	if (!forever)
		forever = arena_new();
	if (!known[name->id])
		known[name->id] = ARENA_NEW(forever, struct known);
	return known[name->id];
}

/* --- digests --- */

static uint64_t read_lane(const char *hex) {
	uint64_t lane = 0;
	for (int i = 0; i < 16; i++)
		lane = lane << 4 | (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	return lane;
}

struct digest facts_digest(const struct atom *name, struct slice value) {
	static struct hash *h;
	char hex[HASH_HEX];
	struct digest d;
	if (!h)
		h = hash_new(HASH_SHA256);
	hash_add(h, name->p, name->n + 1);
	hash_add(h, value.p ? "=" : "-", 1);
	if (value.n)
		hash_add_text(h, value);
	hash_end(h, hex);
	for (int i = 0; i < DIGEST_LANES; i++)
		d.lane[i] = read_lane(hex + 16 * i);
	return d;
}

/* --- references --- */

static bool is_dynamic(struct slice text) {
	struct reference ref;
	size_t at = 0, next;
	while (slice_find(slice_sub(text, at, text.n), "${", &next)) {
		if (!reference_name(text, at, &ref) || ref.from != at + next)
			return true;
		at = ref.to;
	}
	return false;
}

/* The atoms of a set as an array, in the order they were found. */
static const struct atom **list_of(
		struct arena *a, const struct map *set, bool plain, size_t *count) {
	const struct atom **list = ARENA_ARRAY(a, const struct atom *, map_count(set) + 1);
	struct map_entry *e;
	*count = 0;
	for (uint32_t i = 0; (e = map_next(set, &i));)
		if (!plain || !memchr(e->key->p, '.', e->key->n))
			list[(*count)++] = e->key;
	return list;
}

static struct slices sorted_once(struct arena *a, const struct slices *words) {
	struct slices all = {0}, once = {0};
	for (size_t i = 0; i < words->n; i++)
		slices_add(a, &all, arena_dup(a, words->v[i]));
	slices_sort(&all);
	for (size_t i = 0; i < all.n; i++)
		if (!i || !slice_eq(all.v[i], all.v[i - 1]))
			slices_add(a, &once, all.v[i]);
	return once;
}

static struct facts find_facts(struct arena *a, const struct atom *name, struct slice text,
		enum facts_kind kind) {
	struct map vars = { .arena = a }, calls = { .arena = a }, asked = { .arena = a };
	struct data_refs refs = { &vars, &calls, &asked, NULL };
	struct reference ref;
	struct facts f = { .digest = facts_digest(name, text) };
	if (kind != FACTS_VALUE)
		code_references(text, kind == FACTS_PYTHON, &refs);
	for (size_t at = 0; kind == FACTS_VALUE && reference_name(text, at, &ref); at = ref.to)
		map_add(&vars, atom(ref.inner));
	f.var = list_of(a, &vars, false, &f.vars);
	f.call = list_of(a, &calls, true, &f.calls);
	const struct atom **names = map_sorted(&asked, a, &f.askeds);
	f.asked = ARENA_ARRAY(a, struct facts_asked, f.askeds + 1);
	for (size_t i = 0; i < f.askeds; i++)
		f.asked[i] = (struct facts_asked){ names[i],
			sorted_once(a, map_get(&asked, names[i])) };
	return f;
}

static struct kept *make_kept(struct arena *a, const struct atom *name, struct slice text,
		enum facts_kind kind) {
	struct kept *k = ARENA_NEW(a, struct kept);
	k->text = text.p ? arena_dup(a, text) : text;
	k->kind = kind;
	k->dynamic = kind == FACTS_VALUE && is_dynamic(text);
	if (!k->dynamic)
		k->facts = find_facts(a, name, k->text, kind);
	return k;
}

static bool same_text(struct slice a, struct slice b) {
	return a.n == b.n && (a.p != NULL) == (b.p != NULL) && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

const struct facts *facts_of(struct arena *a, const struct atom *name, struct slice text,
		enum facts_kind kind) {
	struct known *n = known_of(name);
	struct kept *k = n->texts;
	while (k && (k->kind != kind || !same_text(k->text, text)))
		k = k->next;
	if (!k && n->count < MOST_TEXTS) {
		k = make_kept(forever, name, text, kind);
		k->next = n->texts;
		n->texts = k;
		n->count++;
	}
	if (!k)
		k = make_kept(a, name, text, kind);
	return k->dynamic ? NULL : &k->facts;
}

/* --- variables of the sealed configuration --- */

const struct facts_shared *facts_shared(const struct atom *name) {
	const struct facts_shared *kept = known_of(name)->shared;
	return kept && kept->variable ? kept : NULL;
}

/* One configuration, so one filling per name and process; a second one (tests) costs new memory. */
struct facts_shared *facts_share(const struct atom *name, size_t deps) {
	struct known *n = known_of(name);
	n->shared = ARENA_NEW(forever, struct facts_shared);
	n->shared->dep = ARENA_ARRAY(forever, const struct atom *, deps + 1);
	n->shared->deps = deps;
	return n->shared;
}

void facts_share_value(struct facts_shared *kept, struct slice value) {
	kept->value = value.p ? arena_dup(forever, value) : value;
}

/* --- names of flags --- */

const struct atom *facts_flag(const struct atom *name, const struct atom *flag) {
	struct known *n = known_of(name);
	for (size_t i = 0; i < n->flags_n; i++)
		if (n->flags[i].flag == flag)
			return n->flags[i].atom;
	if (n->flags_n == n->flags_cap) {
		n->flags_cap = n->flags_cap ? n->flags_cap * 2 : 4;
		n->flags = xrealloc(n->flags, n->flags_cap * sizeof *n->flags);
	}
	char *text = xrealloc(NULL, name->n + flag->n + 3);
	const struct atom *a = atom((struct slice){ text,
			(size_t)(stpcpy(stpcpy(stpcpy(stpcpy(text, name->p), "["), flag->p), "]")
					- text) });
	free(text);
	n->flags[n->flags_n].flag = flag;
	n->flags[n->flags_n++].atom = a;
	return a;
}

bool facts_split(const struct atom *name, const struct atom **variable, const struct atom **flag) {
	if (name->n < 3 || name->p[name->n - 1] != ']')
		return false;
	struct known *n = known_of(name);
	const char *bracket = strchr(name->p, '[');
	if (!n->variable && bracket) {
		size_t at = (size_t)(bracket - name->p);
		n->variable = atom((struct slice){ name->p, at });
		n->flag = atom((struct slice){ bracket + 1, name->n - at - 2 });
	}
	*variable = n->variable;
	*flag = n->flag;
	return n->variable != NULL;
}
