/* Texts are bytes: indices and lengths count bytes, which for the ASCII of metadata is what Python
 * counts. Sets and dicts keep the order of insertion (BitBake's sets have none to rely on) and are
 * searched linearly: they are small. */
#include "value.h"

#include "letter.h"
#include "map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 100 };

/* --- making --- */

struct value value_bool(bool truth) {
	return (struct value){ .kind = VALUE_BOOL, .truth = truth };
}

struct value value_int(int64_t integer) {
	return (struct value){ .kind = VALUE_INT, .integer = integer };
}

struct value value_real(double real) {
	return (struct value){ .kind = VALUE_FLOAT, .real = real };
}

struct value value_text(struct slice text) {
	return text.p ? (struct value){ .kind = VALUE_TEXT, .text = text } : VALUE_NIL;
}

struct value value_data(struct data *d) {
	return (struct value){ .kind = VALUE_DATA, .data = d };
}

struct value value_new(struct arena *a, enum value_kind kind) {
	struct value v = { .kind = kind };
	if (kind == VALUE_DICT)
		v.dict = ARENA_NEW(a, struct value_dict);
	else
		v.list = ARENA_NEW(a, struct value_list);
	return v;
}

/* A copy of items[0…n) with room for cap. */
static struct value *grown(struct arena *a, const struct value *items, size_t n, size_t cap) {
	struct value *v = ARENA_ARRAY(a, struct value, cap);
	if (n)
		memcpy(v, items, n * sizeof *v);
	return v;
}

void value_push(struct arena *a, struct value *list, struct value item) {
	struct value_list *l = list->list;
	if (list->kind == VALUE_SET && value_in(item, *list))
		return;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 4;
		l->v = grown(a, l->v, l->n, l->cap);
	}
	l->v[l->n++] = item;
}

static size_t find_key(const struct value_dict *d, struct value key) {
	size_t i = 0;
	while (i < d->n && !value_equal(d->key[i], key))
		i++;
	return i;
}

void value_put(struct arena *a, struct value *dict, struct value key, struct value item) {
	struct value_dict *d = dict->dict;
	size_t i = find_key(d, key);
	if (i == d->n) {
		if (d->n == d->cap) {
			d->cap = d->cap ? d->cap * 2 : 4;
			d->key = grown(a, d->key, d->n, d->cap);
			d->value = grown(a, d->value, d->n, d->cap);
		}
		d->key[d->n++] = key;
	}
	d->value[i] = item;
}

bool value_lookup(const struct value *dict, struct value key, struct value *item) {
	size_t i = find_key(dict->dict, key);
	if (i == dict->dict->n)
		return false;
	*item = dict->dict->value[i];
	return true;
}

struct value value_words(struct arena *a, const struct slices *words) {
	struct value list = value_new(a, VALUE_LIST);
	for (size_t i = 0; i < words->n; i++)
		value_push(a, &list, value_text(words->v[i]));
	return list;
}

/* --- asking --- */

bool value_truth(struct value v) {
	switch (v.kind) {
	case VALUE_NONE: return false;
	case VALUE_BOOL: return v.truth;
	case VALUE_INT: return v.integer != 0;
	case VALUE_FLOAT: return fpclassify(v.real) != FP_ZERO;
	case VALUE_TEXT: return v.text.n > 0;
	case VALUE_LIST: case VALUE_TUPLE: case VALUE_SET: return v.list->n > 0;
	case VALUE_DICT: return v.dict->n > 0;
	default: return true;
	}
}

const char *value_type(struct value v) {
	static const char *const names[] = {
		[VALUE_NONE] = "NoneType", [VALUE_BOOL] = "bool", [VALUE_INT] = "int",
		[VALUE_FLOAT] = "float", [VALUE_TEXT] = "str", [VALUE_LIST] = "list",
		[VALUE_TUPLE] = "tuple", [VALUE_SET] = "set", [VALUE_DICT] = "dict",
		[VALUE_DATA] = "datastore", [VALUE_PATH] = "function", [VALUE_METHOD] = "method",
		[VALUE_LAMBDA] = "function",
	};
	return names[v.kind];
}

static bool is_number(struct value v) {
	return v.kind == VALUE_BOOL || v.kind == VALUE_INT || v.kind == VALUE_FLOAT;
}

static double as_real(struct value v) {
	return v.kind == VALUE_FLOAT ? v.real : v.kind == VALUE_INT ? (double)v.integer : v.truth;
}

static int64_t as_integer(struct value v) {
	return v.kind == VALUE_INT ? v.integer : v.truth;
}

static int order_numbers(struct value a, struct value b) {
	if (a.kind == VALUE_FLOAT || b.kind == VALUE_FLOAT) {
		double x = as_real(a), y = as_real(b);
		return x < y ? -1 : x > y;
	}
	int64_t x = as_integer(a), y = as_integer(b);
	return x < y ? -1 : x > y;
}

static bool equal_deep(struct value a, struct value b, int depth);

static bool equal_lists(const struct value_list *a, const struct value_list *b, int depth) {
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!equal_deep(a->v[i], b->v[i], depth))
			return false;
	return true;
}

static bool equal_sets(struct value a, struct value b) {
	if (a.list->n != b.list->n)
		return false;
	for (size_t i = 0; i < a.list->n; i++)
		if (!value_in(a.list->v[i], b))
			return false;
	return true;
}

static bool equal_dicts(const struct value *a, const struct value *b, int depth) {
	if (a->dict->n != b->dict->n)
		return false;
	for (size_t i = 0; i < a->dict->n; i++) {
		struct value other;
		if (!value_lookup(b, a->dict->key[i], &other)
				|| !equal_deep(a->dict->value[i], other, depth))
			return false;
	}
	return true;
}

static bool equal_deep(struct value a, struct value b, int depth) {
	if (depth > DEEPEST)
		raise_error("expression: values nested too deeply to compare");
	if (is_number(a) && is_number(b))
		return order_numbers(a, b) == 0;
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case VALUE_TEXT: return slice_eq(a.text, b.text);
	case VALUE_LIST: case VALUE_TUPLE: return equal_lists(a.list, b.list, depth + 1);
	case VALUE_SET: return equal_sets(a, b);
	case VALUE_DICT: return equal_dicts(&a, &b, depth + 1);
	case VALUE_DATA: return a.data == b.data;
	case VALUE_PATH: return a.path == b.path;
	case VALUE_METHOD: return a.method == b.method;
	case VALUE_LAMBDA: return a.lambda == b.lambda;
	default: return true;
	}
}

bool value_equal(struct value a, struct value b) {
	return equal_deep(a, b, 0);
}

static int order_lists(const struct value_list *a, const struct value_list *b) {
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!value_equal(a->v[i], b->v[i]))
			return value_order(a->v[i], b->v[i]);
	return a->n < b->n ? -1 : a->n > b->n;
}

int value_order(struct value a, struct value b) {
	if (is_number(a) && is_number(b))
		return order_numbers(a, b);
	if (a.kind == VALUE_TEXT && b.kind == VALUE_TEXT) {
		int order = slice_cmp(a.text, b.text);
		return order < 0 ? -1 : order > 0;
	}
	if (a.kind == b.kind && (a.kind == VALUE_LIST || a.kind == VALUE_TUPLE))
		return order_lists(a.list, b.list);
	raise_error("expression: '%s' and '%s' have no order", value_type(a), value_type(b));
}

bool value_in(struct value item, struct value container) {
	switch (container.kind) {
	case VALUE_TEXT:
		if (item.kind != VALUE_TEXT)
			raise_error("expression: 'in' a text needs a text, not '%s'",
					value_type(item));
		return !item.text.n
				|| memmem(container.text.p, container.text.n, item.text.p,
						item.text.n);
	case VALUE_LIST: case VALUE_TUPLE: case VALUE_SET:
		for (size_t i = 0; i < container.list->n; i++)
			if (value_equal(container.list->v[i], item))
				return true;
		return false;
	case VALUE_DICT:
		return find_key(container.dict, item) < container.dict->n;
	default:
		raise_error("expression: argument of type '%s' is not iterable",
				value_type(container));
	}
}

/* --- as text --- */

/* The shortest decimal that reads back as the same number, as Python prints it. */
static struct slice real_text(struct arena *a, double real) {
	char digits[40];
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(digits, sizeof digits, "%.*g", precision, real);
		double back = strtod(digits, NULL);
		if (!(back < real) && !(back > real))
			break;
	}
	double magnitude = fabs(real);
	if (strchr(digits, 'e') && magnitude >= 1e-4 && magnitude < 1e16)
		snprintf(digits, sizeof digits, "%.0f", real);
	bool plain = strspn(digits, "-0123456789") == strlen(digits);
	return arena_printf(a, "%s%s", digits, plain ? ".0" : "");
}

static void add_quoted(struct buf *b, struct slice text) {
	bool single = text.n && memchr(text.p, '\'', text.n),
		two = text.n && memchr(text.p, '"', text.n);
	char quote = single && !two ? '"' : '\'';
	buf_addc(b, quote);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == quote || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c == '\n' || c == '\t' || c == '\r')
			buf_addf(b, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
		else if ((unsigned char)c < 0x20 || c == 0x7f)
			buf_addf(b, "\\x%02x", (unsigned)c);
		else
			buf_addc(b, c);
	}
	buf_addc(b, quote);
}

static void add_repr(struct buf *b, struct value v, int depth);

static void add_list(struct buf *b, const struct value_list *l, const char *around, int depth) {
	if (around[0])
		buf_addc(b, around[0]);
	for (size_t i = 0; i < l->n; i++) {
		buf_adds(b, i ? ", " : "");
		add_repr(b, l->v[i], depth);
	}
	if (around[0] == '(' && l->n == 1)
		buf_addc(b, ',');
	buf_addc(b, around[1]);
}

static void add_dict(struct buf *b, const struct value_dict *d, int depth) {
	buf_addc(b, '{');
	for (size_t i = 0; i < d->n; i++) {
		buf_adds(b, i ? ", " : "");
		add_repr(b, d->key[i], depth);
		buf_adds(b, ": ");
		add_repr(b, d->value[i], depth);
	}
	buf_addc(b, '}');
}

static void add_repr(struct buf *b, struct value v, int depth) {
	if (depth > DEEPEST)
		raise_error("expression: values nested too deeply to print");
	switch (v.kind) {
	case VALUE_NONE: buf_adds(b, "None"); break;
	case VALUE_BOOL: buf_adds(b, v.truth ? "True" : "False"); break;
	case VALUE_INT: buf_addf(b, "%lld", (long long)v.integer); break;
	case VALUE_FLOAT: buf_add(b, real_text(b->arena, v.real)); break;
	case VALUE_TEXT: add_quoted(b, v.text); break;
	case VALUE_LIST: add_list(b, v.list, "[]", depth + 1); break;
	case VALUE_TUPLE: add_list(b, v.list, "()", depth + 1); break;
	case VALUE_SET:
		if (v.list->n)
			add_list(b, v.list, "{}", depth + 1);
		else
			buf_adds(b, "set()");
		break;
	case VALUE_DICT: add_dict(b, v.dict, depth + 1); break;
	case VALUE_PATH: buf_addf(b, "<function %s>", v.path->p); break;
	default: buf_addf(b, "<%s>", value_type(v));
	}
}

struct slice value_repr(struct arena *a, struct value v) {
	struct buf b = { .arena = a };
	add_repr(&b, v, 0);
	return buf_slice(&b);
}

struct slice value_str(struct arena *a, struct value v) {
	return v.kind == VALUE_TEXT ? v.text : value_repr(a, v);
}

/* --- parts --- */

struct value_list *value_items(struct arena *a, struct value v) {
	struct value list = value_new(a, VALUE_LIST);
	switch (v.kind) {
	case VALUE_LIST: case VALUE_TUPLE: case VALUE_SET:
		return v.list;
	case VALUE_DICT:
		for (size_t i = 0; i < v.dict->n; i++)
			value_push(a, &list, v.dict->key[i]);
		return list.list;
	case VALUE_TEXT:
		for (size_t from = 0, to = 0; from < v.text.n; from = to) {
			letter_next(v.text, &to);
			value_push(a, &list, value_text(slice_sub(v.text, from, to)));
		}
		return list.list;
	default:
		raise_error("expression: '%s' object is not iterable", value_type(v));
	}
}

static size_t length(struct value v) {
	return v.kind == VALUE_TEXT ? letter_count(v.text) : v.list->n;
}

/* Letters from `from` up to `to`. */
static struct value letters(struct value v, int64_t from, int64_t to) {
	return value_text(slice_sub(v.text, letter_at(v.text, (size_t)from),
			letter_at(v.text, (size_t)to)));
}

static bool is_sequence(struct value v) {
	return v.kind == VALUE_TEXT || v.kind == VALUE_LIST || v.kind == VALUE_TUPLE;
}

struct value value_index(struct arena *a, struct value v, struct value index) {
	struct value item;
	if (v.kind == VALUE_DICT) {
		if (!value_lookup(&v, index, &item))
			raise_error("expression: no key " SFMT " in this dict",
					SARG(value_repr(a, index)));
		return item;
	}
	if (!is_sequence(v))
		raise_error("expression: '%s' object is not subscriptable", value_type(v));
	if (index.kind != VALUE_INT && index.kind != VALUE_BOOL)
		raise_error("expression: an index must be an integer, not '%s'", value_type(index));
	int64_t i = as_integer(index), n = (int64_t)length(v);
	i += i < 0 ? n : 0;
	if (i < 0 || i >= n)
		raise_error("expression: %s index out of range (%lld of %lld)", value_type(v),
				(long long)as_integer(index), (long long)n);
	return v.kind == VALUE_TEXT ? letters(v, i, i + 1) : v.list->v[i];
}

/* A slice bound brought into [low, high]; what counts from the end is negative. */
static int64_t bound(struct value v, int64_t fallback, int64_t n, bool backwards) {
	if (v.kind == VALUE_NONE)
		return fallback;
	if (v.kind != VALUE_INT && v.kind != VALUE_BOOL)
		raise_error("expression: a slice needs integers, not '%s'", value_type(v));
	int64_t i = as_integer(v), low = backwards ? -1 : 0, high = backwards ? n - 1 : n;
	if (i < 0)
		i = i < -n ? low : i + n;
	return i < low ? low : i > high ? high : i;
}

static int64_t step_of(struct value v) {
	int64_t step = v.kind == VALUE_NONE ? 1 : v.kind == VALUE_INT ? v.integer : 0;
	if (step == 0)
		raise_error("expression: a slice's step must be an integer other than 0");
	enum { FURTHEST = 1 << 30 };         /* no text is longer; keeps the sums below in range */
	return step > FURTHEST ? FURTHEST : step < -FURTHEST ? -FURTHEST : step;
}

struct value value_slice(struct arena *a, struct value v, const struct value bounds[3]) {
	if (!is_sequence(v))
		raise_error("expression: '%s' object cannot be sliced", value_type(v));
	int64_t n = (int64_t)length(v), step = step_of(bounds[2]);
	int64_t from = bound(bounds[0], step < 0 ? n - 1 : 0, n, step < 0);
	int64_t to = bound(bounds[1], step < 0 ? -1 : n, n, step < 0);
	if (v.kind == VALUE_TEXT && step == 1)
		return letters(v, from, to < from ? from : to);
	struct buf text = { .arena = a };
	struct value_list *items = value_items(a, v);
	struct value list = value_new(a, v.kind == VALUE_TEXT ? VALUE_LIST : v.kind);
	for (int64_t i = from; step > 0 ? i < to : i > to; i += step) {
		if (v.kind == VALUE_TEXT)
			buf_add(&text, items->v[i].text);
		else
			value_push(a, &list, items->v[i]);
	}
	if (v.kind != VALUE_TEXT)
		return list;
	buf_adds(&text, "");
	return value_text(buf_slice(&text));
}
