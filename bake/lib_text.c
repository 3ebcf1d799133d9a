/* Methods of texts: argument 0 is the text itself. */
#include "lib.h"

#include "format.h"
#include "letter.h"
#include "library.h"
#include "map.h"

#include <ctype.h>
#include <string.h>

static struct value text_list(struct call *c, const struct slices *words) {
	return value_words(c->arena, words);
}

/* The argument by position or by name. */
static struct value argument(struct call *c, size_t i, const char *key) {
	struct value v = call_value(c, i);
	if (i >= c->args)
		call_named(c, key, &v);
	return v;
}

static bool found(struct slice s, struct slice needle, size_t from, size_t *at) {
	if (from > s.n)
		return false;
	if (!needle.n) {
		*at = from;
		return true;
	}
	const char *p = memmem(s.p + from, s.n - from, needle.p, needle.n);
	if (p)
		*at = (size_t)(p - s.p);
	return p != NULL;
}

static bool found_last(struct slice s, struct slice needle, size_t *at) {
	for (size_t i = s.n + 1; i-- > 0;)
		if (i + needle.n <= s.n && slice_eq(slice_sub(s, i, i + needle.n), needle)) {
			*at = i;
			return true;
		}
	return false;
}

/* --- split and join --- */

static struct slice separator(struct call *c, struct value v) {
	if (v.kind != VALUE_TEXT)
		call_fail(c, "the separator must be a text, not %s", value_type(v));
	if (!v.text.n)
		call_fail(c, "the separator is empty");
	return v.text;
}

static int64_t most_splits(struct call *c) {
	struct value v = argument(c, 2, "maxsplit");
	return v.kind == VALUE_INT && v.integer >= 0 ? v.integer : INT64_MAX;
}

/* Split at blanks, at most `most` times; the rest keeps its blanks. */
static struct value split_blanks(struct call *c, struct slice s, int64_t most) {
	struct slices words = {0};
	struct slice word, rest = s;
	for (;;) {
		if (!slice_word(&rest, &word))
			break;
		if (most-- <= 0) {
			slices_add(c->arena, &words, slice_sub(s, (size_t)(word.p - s.p), s.n));
			break;
		}
		slices_add(c->arena, &words, word);
	}
	return text_list(c, &words);
}

static struct value split(struct call *c) {
	struct slice s = call_text(c, 0);
	struct value by = argument(c, 1, "sep");
	int64_t most = most_splits(c);
	if (by.kind == VALUE_NONE)
		return split_blanks(c, s, most);
	struct slice needle = separator(c, by);
	struct slices parts = {0};
	size_t from = 0, at;
	for (; most > 0 && found(s, needle, from, &at); from = at + needle.n, most--)
		slices_add(c->arena, &parts, slice_sub(s, from, at));
	slices_add(c->arena, &parts, slice_sub(s, from, s.n));
	return text_list(c, &parts);
}

static void reverse(struct slices *list) {
	for (size_t i = 0; i < list->n / 2; i++) {
		struct slice swap = list->v[i];
		list->v[i] = list->v[list->n - 1 - i];
		list->v[list->n - 1 - i] = swap;
	}
}

static struct value rsplit_blanks(struct call *c, struct slice s, int64_t most) {
	struct slices parts = {0};
	for (;;) {
		while (s.n && isspace((unsigned char)s.p[s.n - 1]))
			s.n--;
		size_t from = s.n;
		while (from && !isspace((unsigned char)s.p[from - 1]))
			from--;
		if (!s.n)
			break;
		if (most-- <= 0)
			from = 0;
		slices_add(c->arena, &parts, slice_sub(s, from, s.n));
		s = slice_sub(s, 0, from);
	}
	reverse(&parts);
	return text_list(c, &parts);
}

static struct value rsplit(struct call *c) {
	struct slice s = call_text(c, 0);
	struct value by = argument(c, 1, "sep");
	int64_t most = most_splits(c);
	if (by.kind == VALUE_NONE)
		return rsplit_blanks(c, s, most);
	struct slice needle = separator(c, by);
	struct slices parts = {0};
	size_t at;
	for (; most > 0 && found_last(s, needle, &at); most--) {
		slices_add(c->arena, &parts, slice_sub(s, at + needle.n, s.n));
		s = slice_sub(s, 0, at);
	}
	slices_add(c->arena, &parts, s);
	reverse(&parts);
	return text_list(c, &parts);
}

static struct value splitlines(struct call *c) {
	struct slice rest = call_text(c, 0);
	struct slices lines = {0};
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		slices_add(c->arena, &lines,
				slice_sub(rest, 0, n && rest.p[n - 1] == '\r' ? n - 1 : n));
		rest = slice_sub(rest, n + 1, rest.n);
	}
	return text_list(c, &lines);
}

static struct value join(struct call *c) {
	struct slice by = call_text(c, 0);
	struct value_list *items = value_items(c->arena, call_value(c, 1));
	struct buf b = { .arena = c->arena };
	for (size_t i = 0; i < items->n; i++) {
		if (items->v[i].kind != VALUE_TEXT)
			call_fail(c, "element %zu is %s, not a text", i, value_type(items->v[i]));
		if (i)
			buf_add(&b, by);
		buf_add(&b, items->v[i].text);
	}
	return value_text(buf_slice(&b));
}

static struct value three(struct call *c, struct slice a, struct slice b, struct slice z) {
	struct value t = value_new(c->arena, VALUE_TUPLE);
	value_push(c->arena, &t, value_text(a));
	value_push(c->arena, &t, value_text(b));
	value_push(c->arena, &t, value_text(z));
	return t;
}

static struct value partition(struct call *c) {
	struct slice s = call_text(c, 0), by = separator(c, call_value(c, 1));
	size_t at;
	if (!found(s, by, 0, &at))
		return three(c, s, SLICE(""), SLICE(""));
	return three(c, slice_sub(s, 0, at), by, slice_sub(s, at + by.n, s.n));
}

static struct value rpartition(struct call *c) {
	struct slice s = call_text(c, 0), by = separator(c, call_value(c, 1));
	size_t at;
	if (!found_last(s, by, &at))
		return three(c, SLICE(""), SLICE(""), s);
	return three(c, slice_sub(s, 0, at), by, slice_sub(s, at + by.n, s.n));
}

/* --- search --- */

/* The part of the text that start and end arguments (positions 2 and 3) leave. */
static struct slice window(struct call *c, size_t *offset) {
	struct value whole = value_text(call_text(c, 0));
	struct value bounds[3] = { call_value(c, 2), call_value(c, 3), VALUE_NIL };
	struct slice part = value_slice(c->arena, whole, bounds).text;
	*offset = part.n ? (size_t)(part.p - whole.text.p) : 0;
	return part;
}

/* The number of the letter that begins `at` bytes into the text. */
static struct value position(struct call *c, size_t at) {
	return value_int((int64_t)letter_count(slice_sub(call_text(c, 0), 0, at)));
}

static struct value find(struct call *c) {
	size_t offset, at;
	struct slice s = window(c, &offset);
	return found(s, call_text(c, 1), 0, &at) ? position(c, at + offset) : value_int(-1);
}

static struct value rfind(struct call *c) {
	size_t offset, at;
	struct slice s = window(c, &offset);
	return found_last(s, call_text(c, 1), &at) ? position(c, at + offset) : value_int(-1);
}

static struct value index_of(struct call *c) {
	struct value v = find(c);
	if (v.integer < 0)
		call_fail(c, "substring not found");
	return v;
}

static struct value rindex_of(struct call *c) {
	struct value v = rfind(c);
	if (v.integer < 0)
		call_fail(c, "substring not found");
	return v;
}

static struct value count(struct call *c) {
	struct slice s = call_text(c, 0), needle = call_text(c, 1);
	int64_t n = 0;
	size_t at;
	if (!needle.n)
		return value_int((int64_t)letter_count(s) + 1);
	for (size_t from = 0; found(s, needle, from, &at); from = at + needle.n)
		n++;
	return value_int(n);
}

/* Does `test` hold for the argument, or for one of a tuple of them? */
static struct value any_affix(struct call *c, bool (*test)(struct slice, struct slice)) {
	size_t offset;
	struct slice s = window(c, &offset);
	struct value v = call_value(c, 1);
	if (v.kind != VALUE_TUPLE)
		return value_bool(test(s, call_text(c, 1)));
	for (size_t i = 0; i < v.list->n; i++)
		if (v.list->v[i].kind == VALUE_TEXT && test(s, v.list->v[i].text))
			return value_bool(true);
	return value_bool(false);
}

static bool is_prefix(struct slice s, struct slice affix) {
	return affix.n <= s.n && slice_eq(slice_sub(s, 0, affix.n), affix);
}

static bool is_suffix(struct slice s, struct slice affix) {
	return affix.n <= s.n && slice_eq(slice_sub(s, s.n - affix.n, s.n), affix);
}

static struct value startswith(struct call *c) {
	return any_affix(c, is_prefix);
}

static struct value endswith(struct call *c) {
	return any_affix(c, is_suffix);
}

static struct value removeprefix(struct call *c) {
	struct slice s = call_text(c, 0), affix = call_text(c, 1);
	return value_text(is_prefix(s, affix) ? slice_sub(s, affix.n, s.n) : s);
}

static struct value removesuffix(struct call *c) {
	struct slice s = call_text(c, 0), affix = call_text(c, 1);
	return value_text(is_suffix(s, affix) ? slice_sub(s, 0, s.n - affix.n) : s);
}

/* --- change --- */

static struct value replace(struct call *c) {
	struct slice s = call_text(c, 0), old = call_text(c, 1), new = call_text(c, 2);
	int64_t most = call_int_or(c, 3, -1);
	struct buf b = { .arena = c->arena };
	size_t from = 0, at;
	for (; most != 0 && found(s, old, from, &at) && (old.n || at < s.n); most--) {
		buf_add(&b, slice_sub(s, from, at));
		buf_add(&b, new);
		from = at + old.n;
		if (!old.n) {
			letter_next(s, &from);
			buf_add(&b, slice_sub(s, at, from));
		}
	}
	buf_add(&b, slice_sub(s, from, s.n));
	if (!old.n && most != 0)
		buf_add(&b, new);
	return value_text(buf_slice(&b));
}

static bool strips(struct slice set, char byte) {
	return set.p ? set.n && memchr(set.p, byte, set.n) : isspace((unsigned char)byte) != 0;
}

static struct value strip_ends(struct call *c, bool left, bool right) {
	struct slice s = call_text(c, 0), set = call_text_or(c, 1, SLICE_NONE);
	size_t from = 0, to = s.n;
	while (left && from < to && strips(set, s.p[from]))
		from++;
	while (right && to > from && strips(set, s.p[to - 1]))
		to--;
	return value_text(slice_sub(s, from, to));
}

static struct value strip(struct call *c) {
	return strip_ends(c, true, true);
}

static struct value lstrip(struct call *c) {
	return strip_ends(c, true, false);
}

static struct value rstrip(struct call *c) {
	return strip_ends(c, false, true);
}

/* Each letter as `add` adds it. */
static struct value each_letter(struct call *c, void (*add)(struct buf *, uint32_t)) {
	struct slice s = call_text(c, 0);
	struct buf b = { .arena = c->arena };
	for (size_t at = 0; at < s.n;)
		add(&b, letter_next(s, &at));
	return value_text(s.n ? buf_slice(&b) : s);
}

static void add_lower(struct buf *b, uint32_t letter) {
	letter_add(b, letter_lower(letter));
}

static void add_upper(struct buf *b, uint32_t letter) {
	if (letter == 0xDF)                  /* the one that becomes two */
		buf_adds(b, "SS");
	else
		letter_add(b, letter_upper(letter));
}

static void add_other_case(struct buf *b, uint32_t letter) {
	if (letter_is(letter, LETTER_UPPER))
		add_lower(b, letter);
	else
		add_upper(b, letter);
}

static struct value lower(struct call *c) {
	return each_letter(c, add_lower);
}

static struct value upper(struct call *c) {
	return each_letter(c, add_upper);
}

static struct value swapcase(struct call *c) {
	return each_letter(c, add_other_case);
}

/* First letters of words (or only of the text) upper, the rest lower. */
static struct value capitals(struct call *c, bool words) {
	struct slice s = call_text(c, 0);
	struct buf b = { .arena = c->arena };
	bool inside = false;
	for (size_t at = 0; at < s.n;) {
		uint32_t letter = letter_next(s, &at);
		letter_add(&b, inside ? letter_lower(letter) : letter_upper(letter));
		inside = !words || letter_is(letter, LETTER_ALPHA);
	}
	return value_text(s.n ? buf_slice(&b) : s);
}

static struct value title(struct call *c) {
	return capitals(c, true);
}

static struct value capitalize(struct call *c) {
	return capitals(c, false);
}

/* A tab becomes the blanks to the next column that its width divides. */
static struct value expandtabs(struct call *c) {
	struct slice s = call_text(c, 0);
	int64_t width = call_int_or(c, 1, 8), column = 0;
	struct buf b = { .arena = c->arena };
	for (size_t at = 0; at < s.n;) {
		uint32_t letter = letter_next(s, &at);
		int64_t blanks = letter == '\t' && width > 0 ? width - column % width : 0;
		for (int64_t i = 0; i < blanks && i < 1000; i++)
			buf_addc(&b, ' ');
		if (letter != '\t')
			letter_add(&b, letter);
		column = letter == '\n' ? 0 : column + (letter == '\t' ? blanks : 1);
	}
	return value_text(s.n ? buf_slice(&b) : s);
}

static struct value pad(struct call *c, char align) {
	struct slice fill = call_text_or(c, 2, SLICE(" "));
	if (letter_count(fill) != 1)
		call_fail(c, "the fill must be one character");
	struct slice spec = arena_printf(c->arena, SFMT "%c%lld", SARG(fill), align,
			(long long)(call_int(c, 1) < 0 ? 0 : call_int(c, 1)));
	return value_text(format_value(c->arena, call_value(c, 0), 0, spec));
}

static struct value ljust(struct call *c) {
	return pad(c, '<');
}

static struct value rjust(struct call *c) {
	return pad(c, '>');
}

static struct value center(struct call *c) {
	return pad(c, '^');
}

static struct value zfill(struct call *c) {
	struct slice spec = arena_printf(
			c->arena, "0=%lld", (long long)(call_int(c, 1) < 0 ? 0 : call_int(c, 1)));
	return value_text(format_value(c->arena, call_value(c, 0), 0, spec));
}

static struct value format(struct call *c) {
	struct value named = value_new(c->arena, VALUE_DICT);
	for (size_t i = 0; i < c->nameds; i++)
		value_put(c->arena, &named, value_text(atom_slice(c->key[i])), c->named[i]);
	struct value args = value_new(c->arena, VALUE_TUPLE);
	for (size_t i = 1; i < c->args; i++)
		value_push(c->arena, &args, c->arg[i]);
	return value_text(format_braces(c->arena, call_text(c, 0), args.list, named));
}

static struct value same(struct call *c) {
	return value_text(call_text(c, 0));
}

/* --- ask --- */

/* Is every letter of one of the kinds? An empty text is of none. */
static struct value all_are(struct call *c, enum letter_kind one, enum letter_kind other) {
	struct slice s = call_text(c, 0);
	for (size_t at = 0; at < s.n;) {
		uint32_t letter = letter_next(s, &at);
		if (!letter_is(letter, one) && !letter_is(letter, other))
			return value_bool(false);
	}
	return value_bool(s.n > 0);
}

static struct value is_digit(struct call *c) {
	return all_are(c, LETTER_DIGIT, LETTER_DIGIT);
}

static struct value is_alpha(struct call *c) {
	return all_are(c, LETTER_ALPHA, LETTER_ALPHA);
}

static struct value is_alnum(struct call *c) {
	return all_are(c, LETTER_ALPHA, LETTER_DIGIT);
}

static struct value is_space(struct call *c) {
	return all_are(c, LETTER_SPACE, LETTER_SPACE);
}

static bool has_kind(struct slice s, enum letter_kind kind) {
	for (size_t at = 0; at < s.n;)
		if (letter_is(letter_next(s, &at), kind))
			return true;
	return false;
}

static struct value is_lower(struct call *c) {
	struct slice s = call_text(c, 0);
	return value_bool(has_kind(s, LETTER_LOWER) && !has_kind(s, LETTER_UPPER));
}

static struct value is_upper(struct call *c) {
	struct slice s = call_text(c, 0);
	return value_bool(has_kind(s, LETTER_UPPER) && !has_kind(s, LETTER_LOWER));
}

static const struct library_entry table[] = {
	{ "str.split", split }, { "str.rsplit", rsplit }, { "str.splitlines", splitlines },
	{ "str.join", join }, { "str.partition", partition }, { "str.rpartition", rpartition },
	{ "str.find", find }, { "str.rfind", rfind }, { "str.index", index_of },
	{ "str.rindex", rindex_of }, { "str.count", count }, { "str.startswith", startswith },
	{ "str.endswith", endswith }, { "str.removeprefix", removeprefix },
	{ "str.removesuffix", removesuffix }, { "str.replace", replace }, { "str.strip", strip },
	{ "str.lstrip", lstrip }, { "str.rstrip", rstrip }, { "str.lower", lower },
	{ "str.upper", upper }, { "str.swapcase", swapcase },
	{ "str.expandtabs", expandtabs }, { "str.casefold", lower }, { "str.title", title },
	{ "str.capitalize", capitalize }, { "str.ljust", ljust }, { "str.rjust", rjust },
	{ "str.center", center }, { "str.zfill", zfill }, { "str.format", format },
	{ "str.encode", same }, { "str.decode", same }, { "str.isdigit", is_digit },
	{ "str.isnumeric", is_digit }, { "str.isdecimal", is_digit }, { "str.isalpha", is_alpha },
	{ "str.isalnum", is_alnum }, { "str.isspace", is_space }, { "str.islower", is_lower },
	{ "str.isupper", is_upper }, { NULL, NULL },
};

void lib_text(void) {
	library_add_all(table);
}
