/* licence: an expression is words; "(", ")", "&" and "|" are words too, wherever they stand. */
#include "licence.h"

#include <fnmatch.h>
#include <string.h>

#include "data.h"
#include "map.h"

struct licences {
	struct arena *arena;
	struct data *config;
	struct map known;
	struct slices foreign;
};

struct licences *licences_new(struct arena *a, struct data *config) {
	struct licences *l = ARENA_NEW(a, struct licences);
	struct slice names = data_text(config, "SPDX_LICENSES"), name;
	*l = (struct licences){ .arena = a, .config = config, .known = { .arena = a } };
	while (slice_word(&names, &name))
		map_add(&l->known, atom(name));
	return l;
}

static bool is_operator(char c) {
	return c && strchr("&|()", c);
}

static bool next_word(struct slice *rest, struct slice *word) {
	size_t i = 0, end;
	while (i < rest->n && (rest->p[i] == ' ' || rest->p[i] == '\t' || rest->p[i] == '\n'))
		i++;
	for (end = i; end < rest->n && !strchr(" \t\n", rest->p[end]); end++)
		if (is_operator(rest->p[end])) {
			end += end == i;
			break;
		}
	*word = slice_sub(*rest, i, end);
	*rest = slice_sub(*rest, end, rest->n);
	return word->n > 0;
}

struct slice licence_reference(struct arena *a, struct slice name) {
	struct buf text = { .arena = a };
	buf_adds(&text, "LicenseRef-");
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		buf_addc(&text, letter || c == '.' || c == '-' ? c : '-');
	}
	return buf_slice(&text);
}

static bool is_known(const struct licences *l, struct slice name) {
	if (slice_starts(name, "LicenseRef-") || map_get(&l->known, atom(name)))
		return true;
	return slice_ends(name, "+") && map_get(&l->known, atom(slice_sub(name, 0, name.n - 1)));
}

static struct slice spdx_name(struct licences *l, struct slice name) {
	struct slice other;
	if (is_known(l, name))
		return name;
	if (data_get_flag(l->config, atom_of("SPDXLICENSEMAP"), atom(name), true, &other)
			&& is_known(l, slice_trim(other)))
		return slice_trim(other);
	if (!slices_has(&l->foreign, name))
		slices_add(l->arena, &l->foreign, arena_dup(l->arena, name));
	return licence_reference(l->arena, name);
}

/* What comes before this word: nothing, a blank, or the operator that a blank stood for. */
static const char *joint(struct slice before, struct slice word) {
	bool after_name = before.n && (!is_operator(*before.p) || slice_is(before, ")"));
	bool name = !is_operator(*word.p) || slice_is(word, "(");
	if (!before.n || slice_is(before, "(") || slice_is(word, ")"))
		return "";
	if (after_name && name && !slice_is(word, "WITH") && !slice_is(before, "WITH"))
		return " AND ";
	return " ";
}

struct slice licences_expression(struct licences *l, struct slice text) {
	struct buf out = { .arena = l->arena };
	struct slice word, before = SLICE("");
	while (next_word(&text, &word)) {
		buf_adds(&out, joint(before, word));
		if (slice_is(word, "&") || slice_is(word, "|"))
			buf_adds(&out, slice_is(word, "&") ? "AND" : "OR");
		else if (is_operator(*word.p) || slice_is(word, "WITH") || slice_is(before, "WITH"))
			buf_add(&out, word);
		else
			buf_add(&out, spdx_name(l, word));
		before = word;
	}
	return out.n ? buf_slice(&out) : SLICE_NONE;
}

const struct slices *licences_foreign(struct licences *l) {
	slices_sort(&l->foreign);
	return &l->foreign;
}

void licence_names(struct arena *a, struct slice text, struct slices *names) {
	struct slice word, before = SLICE("");
	while (next_word(&text, &word)) {
		bool exception = slice_is(word, "WITH") || slice_is(before, "WITH");
		if (!is_operator(*word.p) && !exception && !slices_has(names, word))
			slices_add(a, names, word);
		before = word;
	}
}

/* --- copyleft --- */

static bool matches(struct data *d, const char *variable, struct slice name) {
	struct slice patterns = data_text(d, variable), word;
	struct arena *a = data_arena(d);
	while (slice_word(&patterns, &word))
		if (fnmatch(arena_str(a, word), arena_str(a, name), 0) == 0)
			return true;
	return false;
}

static bool any_matches(struct data *d, const char *variable, const struct slices *names) {
	for (size_t i = 0; i < names->n; i++)
		if (matches(d, variable, names->v[i]))
			return true;
	return false;
}

/* "native", "cross", "nativesdk" or "target": which of the type's classes it inherits. */
static struct slice recipe_type(struct data *d) {
	static const char *const types[] = { "native", "nativesdk", "cross", "crosssdk" };
	struct slice overrides = data_text(d, "OVERRIDES"), word;
	while (slice_field(&overrides, ':', &word))
		for (size_t i = 0; i < 4; i++)
			if (slice_starts(word, "class-") && slice_is(slice_sub(word, 6, word.n), types[i]))
				return slice_of(types[i]);
	return SLICE("target");
}

bool licence_copyleft(struct data *d) {
	struct slices names = { 0 }, types = { 0 };
	struct slice pn = data_text(d, "PN");
	slices_words(data_arena(d), &types, data_text(d, "COPYLEFT_RECIPE_TYPES"));
	if (!slices_has(&types, recipe_type(d)) || matches(d, "COPYLEFT_PN_EXCLUDE", pn))
		return false;
	if (matches(d, "COPYLEFT_PN_INCLUDE", pn))
		return true;
	licence_names(data_arena(d), data_text(d, "LICENSE"), &names);
	return any_matches(d, "COPYLEFT_LICENSE_INCLUDE", &names)
		&& !any_matches(d, "COPYLEFT_LICENSE_EXCLUDE", &names);
}
