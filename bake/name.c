/* name: splits the names of variables once and remembers the answer by atom.
 *
 * The rules are BitBake's: the first :append, :prepend or :remove followed by nothing, or by a
 * condition without capitals up to the end, is an operation; the part behind the last colon is an
 * override when it begins with a lower-case letter or a digit. */
#include "name.h"
#include "map.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

static struct {
	struct arena *arena;
	struct name **name;              /* by atom id */
	struct override **override;      /* by atom id */
	uint32_t size;
} known;

static void make_room(uint32_t id) {
	if (id < known.size)
		return;
	uint32_t size = known.size ? known.size : 4096;
	while (size <= id)
		size *= 2;
	known.name = xrealloc(known.name, size * sizeof *known.name);
	known.override = xrealloc(known.override, size * sizeof *known.override);
	memset(known.name + known.size, 0, (size - known.size) * sizeof *known.name);
	memset(known.override + known.size, 0, (size - known.size) * sizeof *known.override);
	known.size = size;
	if (!known.arena)
		known.arena = arena_new();
}

static const struct override *override_of(const struct atom *text) {
	make_room(text->id);
	if (known.override[text->id])
		return known.override[text->id];
	struct override *o = ARENA_NEW(known.arena, struct override);
	o->text = text;
	o->part = ARENA_ARRAY(known.arena, const struct atom *, text->n + 1);
	struct slice rest = atom_slice(text), part;
	while (slice_field(&rest, ':', &part))
		o->part[o->parts++] = atom(part);
	make_room(atom_count());
	return known.override[text->id] = o;
}

static bool has_capital(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

/* Is an operation spelt at `at`, up to the end of text? */
static bool operation_at(struct slice text, size_t at, struct name *n) {
	static const char *const keyword[] = { ":append", ":prepend", ":remove" };
	struct slice rest = slice_sub(text, at, text.n);
	for (int op = 0; op < NAME_OPS; op++) {
		if (!slice_starts(rest, keyword[op]))
			continue;
		struct slice tail = slice_sub(rest, strlen(keyword[op]), rest.n);
		if (tail.n && (tail.p[0] != ':' || has_capital(tail)))
			return false;
		n->op = (enum name_op)op;
		n->base = atom(slice_sub(text, 0, at));
		n->when = tail.n > 1 ? override_of(atom(slice_sub(tail, 1, tail.n))) : NULL;
		return true;
	}
	return false;
}

static void find_operation(struct slice text, struct name *n) {
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ':' && operation_at(text, i, n))
			return;
}

static bool last_colon(struct slice s, size_t *at) {
	const char *hit = s.n ? memrchr(s.p, ':', s.n) : NULL;
	if (hit)
		*at = (size_t)(hit - s.p);
	return hit != NULL;
}

static bool begins_override(struct slice s) {
	return s.n && ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= '0' && s.p[0] <= '9'));
}

/* A:b:c stands in for A:b when c is active, and for A when b:c is. */
static void find_links(struct slice text, const struct atom *whole, struct name *n) {
	size_t at;
	struct slice base = text;
	n->link = ARENA_ARRAY(known.arena, struct name_link, text.n + 1);
	while (last_colon(base, &at) && (at > 0 || n->links == 0)) {
		struct slice override = slice_sub(text, at + 1, text.n);
		if (!begins_override(override))
			break;
		base = slice_sub(text, 0, at);
		n->link[n->links++] = (struct name_link){ atom(base), whole,
			override_of(atom(override)) };
	}
}

/* What BitBake itself has given another name, or taken away. */
static const char *successor_of(struct slice root) {
	static const char *const table[][2] = {
		{ "BB_ENV_WHITELIST", "BB_ENV_PASSTHROUGH" },
		{ "BB_ENV_EXTRAWHITE", "BB_ENV_PASSTHROUGH_ADDITIONS" },
		{ "BB_HASHBASE_WHITELIST", "BB_BASEHASH_IGNORE_VARS" },
		{ "BB_HASHCONFIG_WHITELIST", "BB_HASHCONFIG_IGNORE_VARS" },
		{ "BB_HASHTASK_WHITELIST", "BB_TASKHASH_IGNORE_TASKS" },
		{ "BB_SETSCENE_ENFORCE_WHITELIST", "BB_SETSCENE_ENFORCE_IGNORE_TASKS" },
		{ "MULTI_PROVIDER_WHITELIST", "BB_MULTI_PROVIDER_ALLOWED" },
		{ "BB_STAMP_WHITELIST", "is not supported any more" },
		{ "BB_STAMP_POLICY", "is not supported any more" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (slice_is(root, table[i][0]))
			return table[i][1];
	return NULL;
}

static struct slice root_of(struct slice text) {
	const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
	return colon ? slice_sub(text, 0, (size_t)(colon - text.p)) : text;
}

const struct name *name_of(const struct atom *a) {
	make_room(a->id);
	if (known.name[a->id])
		return known.name[a->id];
	struct name *n = ARENA_NEW(known.arena, struct name);
	struct slice text = atom_slice(a);
	*n = (struct name){ .op = NAME_PLAIN, .base = a, .root = atom(root_of(text)) };
	n->successor = successor_of(root_of(text));
	n->reference = slice_find(text, "${", NULL);
	n->old_syntax = !slice_starts(text, "__anon_") && (slice_find(text, "_append", NULL) ||
			slice_find(text, "_prepend", NULL) || slice_find(text, "_remove", NULL));
	if (memchr(text.p, ':', text.n)) {
		find_operation(text, n);
		find_links(text, a, n);
	}
	make_room(atom_count());
	return known.name[a->id] = n;
}
