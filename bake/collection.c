/* collection: what BitBake's handleCollections computes from LAYERDEPENDS, LAYERRECOMMENDS and
 * BBFILE_PRIORITY. */
#include "collection.h"
#include "data.h"
#include "map.h"
#include "regex.h"
#include "version.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A word of LAYERDEPENDS: "core (>= 11)". */
struct need {
	struct slice name, op, version;
};

struct needs {
	struct need *v;
	size_t n;
};

static const struct atom *variable_of(struct config *c, const char *prefix,
		struct slice collection) {
	return atom(arena_printf(c->arena, "%s_" SFMT, prefix, SARG(collection)));
}

static struct slice variable(struct config *c, struct data *d, const char *prefix,
		struct slice collection) {
	struct slice value;
	return data_get(d, variable_of(c, prefix, collection), &value) ? value : SLICE_NONE;
}

/* A fault at the place where a variable of a collection was set. */
static void blame(struct config *c, struct data *d, struct layer_faults *faults,
		const struct atom *variable_name, struct slice message) {
	struct place at = data_where(d, variable_name);
	layer_fault(c->arena, faults, place_file(at), at.line, message);
}

/* --- dependencies --- */

static bool is_operator(char c) {
	return c == '<' || c == '>' || c == '=' || c == '!';
}

/* "(>=", "11)" or "(>=11)" behind a name, in one or more words. */
static void read_condition(struct config *c, struct slice *rest, struct slice first,
		struct need *n) {
	struct slice text = slice_sub(first, 1, first.n), more;
	while (!slice_ends(text, ")") && slice_word(rest, &more))
		text = arena_printf(c->arena, SFMT " " SFMT, SARG(text), SARG(more));
	if (slice_ends(text, ")"))
		text.n--;
	text = slice_trim(text);
	size_t end = 0;
	while (end < text.n && end < 2 && is_operator(text.p[end]))
		end++;
	n->op = slice_sub(text, 0, end);
	n->version = slice_trim(slice_sub(text, end, text.n));
}

static struct needs read_needs(struct config *c, struct slice text) {
	struct needs list = { .v = ARENA_ARRAY(c->arena, struct need, text.n / 2 + 1) };
	for (struct slice word; slice_word(&text, &word);) {
		if (slice_ends(word, ","))
			word.n--;
		if (word.n && word.p[0] == '(' && list.n)
			read_condition(c, &text, word, &list.v[list.n - 1]);
		else if (word.n)
			list.v[list.n++] = (struct need){ .name = word };
	}
	return list;
}

/* Does a version meet the condition? An operator nobody knows is met by nothing. */
static bool version_fits(struct slice have, const struct need *n) {
	int order = version_compare(have, n->version);
	if (slice_is(n->op, "=") || slice_is(n->op, "=="))
		return order == 0;
	if (slice_is(n->op, "<="))
		return order <= 0;
	if (slice_is(n->op, ">="))
		return order >= 0;
	if (slice_is(n->op, ">") || slice_is(n->op, ">>"))
		return order > 0;
	if (slice_is(n->op, "<") || slice_is(n->op, "<<"))
		return order < 0;
	return slice_is(n->op, "!=") && order != 0;
}

static struct layer *layer_named(struct config *c, struct slice name) {
	for (size_t i = 0; i < c->layers; i++)
		if (slice_eq(c->layer[i].collection, name))
			return &c->layer[i];
	return NULL;
}

/* Does a layer say that it stands for the one of that name (LAYERPROVIDES)? BitBake knows no such
 * thing; layers made for Yocto depend on "core". */
static bool is_stood_for(struct config *c, struct data *d, struct slice name) {
	for (size_t i = 0; i < c->layers; i++) {
		struct slice rest = variable(c, d, "LAYERPROVIDES", c->layer[i].collection), word;
		while (slice_word(&rest, &word))
			if (slice_eq(word, name))
				return true;
	}
	return false;
}

/* What is wrong with a dependency; unset: nothing. */
static struct slice complaint(struct config *c, struct data *d, const struct need *n) {
	if (!layer_named(c, n->name) && is_stood_for(c, d, n->name))
		return SLICE_NONE;
	if (!layer_named(c, n->name))
		return arena_printf(c->arena,
				"depends on layer " SFMT ", which is not in BBLAYERS: add it",
				SARG(n->name));
	if (!n->op.n)
		return SLICE_NONE;
	struct slice have = variable(c, d, "LAYERVERSION", n->name);
	if (!have.n)
		return arena_printf(c->arena,
				"depends on layer " SFMT " " SFMT " " SFMT
				", which has no LAYERVERSION",
				SARG(n->name), SARG(n->op), SARG(n->version));
	if (version_fits(have, n))
		return SLICE_NONE;
	return arena_printf(c->arena,
			"depends on layer " SFMT " " SFMT " " SFMT ", but that is version " SFMT
			": take matching versions of the two",
			SARG(n->name), SARG(n->op), SARG(n->version), SARG(have));
}

/* The layers whose priority counts for one without its own. */
static struct slices dependencies(struct config *c, struct data *d, const struct layer *l,
		struct layer_faults *faults) {
	struct slices names = { 0 };
	struct needs hard = read_needs(c, variable(c, d, "LAYERDEPENDS", l->collection));
	struct needs soft = read_needs(c, variable(c, d, "LAYERRECOMMENDS", l->collection));
	for (size_t i = 0; i < hard.n; i++) {
		struct slice why = complaint(c, d, &hard.v[i]);
		if (why.p)
			blame(c, d, faults, variable_of(c, "LAYERDEPENDS", l->collection),
					arena_printf(c->arena, "layer " SFMT ": " SFMT,
							SARG(l->collection), SARG(why)));
		slices_add(c->arena, &names, hard.v[i].name);
	}
	for (size_t i = 0; i < soft.n; i++)
		if (!complaint(c, d, &soft.v[i]).p)
			slices_add(c->arena, &names, soft.v[i].name);
	return names;
}

/* --- priorities --- */

struct ranking {
	struct config *config;
	struct slices *needs;            /* one a layer */
	bool *busy;
	int lowest;
};

/* A priority of 0 is as none: it is computed, as BitBake does. */
static void rank(struct ranking *r, struct layer *l) {
	size_t number = (size_t)(l - r->config->layer);
	if (l->priority || r->busy[number])
		return;
	int highest = r->lowest;
	r->busy[number] = true;
	for (size_t i = 0; i < r->needs[number].n; i++) {
		struct layer *dep = layer_named(r->config, r->needs[number].v[i]);
		if (!dep)
			continue;
		rank(r, dep);
		if (dep->priority > highest)
			highest = dep->priority;
	}
	l->priority = highest + 1;
}

static void read_priority(struct config *c, struct data *d, struct layer *l,
		struct layer_faults *faults) {
	const struct atom *name = variable_of(c, "BBFILE_PRIORITY", l->collection);
	struct slice text = slice_trim(variable(c, d, "BBFILE_PRIORITY", l->collection));
	if (!text.n)
		return;
	char *end;
	errno = 0;
	long value = strtol(arena_str(c->arena, text), &end, 10);
	if (*end || errno || value > INT32_MAX || value < INT32_MIN)
		blame(c, d, faults, name,
				arena_printf(c->arena, "%s: " SFMT ": is not a number", name->p,
						SARG(text)));
	else
		l->priority = (int)value;
}

static void read_pattern(struct config *c, struct data *d, struct layer *l,
		struct layer_faults *faults) {
	const struct atom *name = variable_of(c, "BBFILE_PATTERN", l->collection);
	const char *why;
	l->pattern = variable(c, d, "BBFILE_PATTERN", l->collection);
	if (!l->pattern.p) {
		blame(c, d, faults, atom_of("BBFILE_COLLECTIONS"),
				arena_printf(c->arena,
						"%s: not set: a collection needs a pattern that "
						"matches its files",
						name->p));
		return;
	}
	/* An empty pattern is of a layer without recipes. */
	l->regex = regex_new(c->arena, l->pattern.n ? l->pattern : SLICE("^NULL$"), &why);
	if (!l->regex)
		blame(c, d, faults, name, arena_printf(c->arena, "%s: " SFMT ": %s", name->p,
				SARG(l->pattern), why));
}

void collection_read(struct config *c, struct data *d, struct layer_faults *faults) {
	struct slices names = { 0 };
	slices_words(c->arena, &names, data_text(d, "BBFILE_COLLECTIONS"));
	c->layers = names.n;
	c->layer = ARENA_ARRAY(c->arena, struct layer, names.n + 1);
	struct ranking r = { c, ARENA_ARRAY(c->arena, struct slices, names.n + 1),
		ARENA_ARRAY(c->arena, bool, names.n + 1), 0 };
	for (size_t i = 0; i < names.n; i++) {
		struct layer *l = &c->layer[i];
		l->collection = names.v[i];
		read_priority(c, d, l, faults);
		read_pattern(c, d, l, faults);
		if (l->priority && (r.lowest == 0 || l->priority < r.lowest))
			r.lowest = l->priority;
	}
	for (size_t i = 0; i < c->layers; i++)
		r.needs[i] = dependencies(c, d, &c->layer[i], faults);
	for (size_t i = 0; i < c->layers; i++)
		rank(&r, &c->layer[i]);
}

const struct layer *collection_of(const struct config *c, struct slice path) {
	const struct layer *best = NULL;
	for (size_t i = 0; i < c->layers; i++) {
		const struct layer *l = &c->layer[i];
		if (best && slice_cmp(l->pattern, best->pattern) <= 0)
			continue;
		if (l->regex && regex_match(l->regex, path))
			best = l;
	}
	return best;
}
