/* Python's built-in functions that expressions use. Iterators are lists here: nothing in an
 * expression can tell the difference but an endless one, and those are refused. */
#include "lib.h"

#include "arith.h"
#include "expr.h"
#include "letter.h"
#include "library.h"
#include "map.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_RANGE = 1000000 };

static struct value_list *items(struct call *c, size_t i) {
	return value_items(c->arena, call_value(c, i));
}


/* --- conversions --- */

static struct value to_text(struct call *c) {
	return value_text(c->args ? value_str(c->arena, c->arg[0]) : SLICE(""));
}

static struct value repr(struct call *c) {
	return value_text(value_repr(c->arena, call_value(c, 0)));
}

static struct value to_bool(struct call *c) {
	return value_bool(value_truth(call_value(c, 0)));
}

static struct value text_to_int(struct call *c, struct slice text, int base) {
	char *end, digits[72];
	struct slice s = slice_trim(text);
	size_t n = 0;
	for (size_t i = 0; i < s.n && n + 1 < sizeof digits; i++)
		if (s.p[i] != '_')
			digits[n++] = s.p[i];
	digits[n] = '\0';
	long long number = strtoll(digits, &end, base);
	if (!n || *end || (base == 10 && strpbrk(digits, "xX")))
		call_fail(c, "not a number of base %d: '" SFMT "'", base, SARG(text));
	return value_int(number);
}

static struct value to_int(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind == VALUE_TEXT) {
		int64_t base = call_int_or(c, 1, 10);
		if (base != 0 && (base < 2 || base > 36))
			call_fail(c, "the base must be 0 or 2 to 36");
		return text_to_int(c, v.text, (int)base);
	}
	return c->args ? value_int(call_int(c, 0)) : value_int(0);
}

static struct value to_float(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind == VALUE_FLOAT)
		return v;
	if (v.kind != VALUE_TEXT)
		return value_real((double)call_int(c, 0));
	char *end, *text = arena_str(c->arena, slice_trim(v.text));
	double real = strtod(text, &end);
	if (!*text || *end)
		call_fail(c, "not a number: '%s'", text);
	return value_real(real);
}

static struct value to_group(struct call *c, enum value_kind kind) {
	struct value made = value_new(c->arena, kind);
	struct value_list *l = c->args ? items(c, 0) : NULL;
	for (size_t i = 0; l && i < l->n; i++)
		value_push(c->arena, &made, l->v[i]);
	return made;
}

static struct value to_list(struct call *c) {
	return to_group(c, VALUE_LIST);
}

static struct value to_tuple(struct call *c) {
	return to_group(c, VALUE_TUPLE);
}

static struct value to_set(struct call *c) {
	return to_group(c, VALUE_SET);
}

static struct value to_dict(struct call *c) {
	struct value made = value_new(c->arena, VALUE_DICT), v = call_value(c, 0);
	for (size_t i = 0; v.kind == VALUE_DICT && i < v.dict->n; i++)
		value_put(c->arena, &made, v.dict->key[i], v.dict->value[i]);
	struct value_list *pairs = c->args && v.kind != VALUE_DICT ? items(c, 0) : NULL;
	for (size_t i = 0; pairs && i < pairs->n; i++) {
		struct value_list *pair = value_items(c->arena, pairs->v[i]);
		if (pair->n != 2)
			call_fail(c, "element %zu is not a pair", i);
		value_put(c->arena, &made, pair->v[0], pair->v[1]);
	}
	for (size_t i = 0; i < c->nameds; i++)
		value_put(c->arena, &made, value_text(atom_slice(c->key[i])), c->named[i]);
	return made;
}

/* --- of lists --- */

static struct value length(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind == VALUE_TEXT)
		return value_int((int64_t)letter_count(v.text));
	if (v.kind == VALUE_DICT)
		return value_int((int64_t)v.dict->n);
	if (v.kind != VALUE_LIST && v.kind != VALUE_TUPLE && v.kind != VALUE_SET)
		call_fail(c, "%s has no length", value_type(v));
	return value_int((int64_t)v.list->n);
}

static struct value any(struct call *c) {
	struct value_list *l = items(c, 0);
	for (size_t i = 0; i < l->n; i++)
		if (value_truth(l->v[i]))
			return value_bool(true);
	return value_bool(false);
}

static struct value all(struct call *c) {
	struct value_list *l = items(c, 0);
	for (size_t i = 0; i < l->n; i++)
		if (!value_truth(l->v[i]))
			return value_bool(false);
	return value_bool(true);
}

static struct value map(struct call *c) {
	struct value made = value_new(c->arena, VALUE_LIST);
	struct value_list *l = items(c, 1);
	for (size_t i = 0; i < l->n; i++)
		value_push(c->arena, &made, call_apply(c, call_value(c, 0), l->v[i]));
	return made;
}

static struct value filter(struct call *c) {
	struct value made = value_new(c->arena, VALUE_LIST), test = call_value(c, 0);
	struct value_list *l = items(c, 1);
	for (size_t i = 0; i < l->n; i++)
		if (value_truth(test.kind == VALUE_NONE ? l->v[i] : call_apply(c, test, l->v[i])))
			value_push(c->arena, &made, l->v[i]);
	return made;
}

struct sorting {
	struct value *key, *item;
};

/* Stable merge of [from, middle) and [middle, to); comparing may raise, so no qsort. */
static void merge(struct arena *a, struct sorting s, size_t from, size_t to) {
	if (to - from < 2)
		return;
	size_t middle = from + (to - from) / 2, i = from, k = middle;
	merge(a, s, from, middle);
	merge(a, s, middle, to);
	struct value *key = ARENA_ARRAY(a, struct value, to - from);
	struct value *item = ARENA_ARRAY(a, struct value, to - from);
	for (size_t n = 0; n < to - from; n++) {
		bool right = i == middle || (k < to && value_order(s.key[k], s.key[i]) < 0);
		size_t taken = right ? k++ : i++;
		key[n] = s.key[taken];
		item[n] = s.item[taken];
	}
	memcpy(s.key + from, key, (to - from) * sizeof *key);
	memcpy(s.item + from, item, (to - from) * sizeof *item);
}

static void reverse(struct value *v, size_t n) {
	for (size_t i = 0; i < n / 2; i++) {
		struct value swap = v[i];
		v[i] = v[n - 1 - i];
		v[n - 1 - i] = swap;
	}
}

static struct value sorted(struct call *c) {
	struct value made = to_list(c), key = VALUE_NIL, backwards = VALUE_NIL;
	call_named(c, "key", &key);
	call_named(c, "reverse", &backwards);
	size_t n = made.list->n;
	struct sorting s = { ARENA_ARRAY(c->arena, struct value, n + 1), made.list->v };
	for (size_t i = 0; i < n; i++)
		s.key[i] = key.kind == VALUE_NONE ? s.item[i] : call_apply(c, key, s.item[i]);
	merge(c->arena, s, 0, n);
	if (value_truth(backwards))
		reverse(made.list->v, n);
	return made;
}

static struct value reversed(struct call *c) {
	struct value made = to_list(c);
	reverse(made.list->v, made.list->n);
	return made;
}

static struct value pair(struct call *c, struct value a, struct value b) {
	struct value made = value_new(c->arena, VALUE_TUPLE);
	value_push(c->arena, &made, a);
	value_push(c->arena, &made, b);
	return made;
}

static struct value enumerate(struct call *c) {
	struct value made = value_new(c->arena, VALUE_LIST), start = call_value(c, 1);
	call_named(c, "start", &start);
	int64_t first = start.kind == VALUE_INT ? start.integer : 0;
	struct value_list *l = items(c, 0);
	for (size_t i = 0; i < l->n; i++)
		value_push(c->arena, &made, pair(c, value_int(first + (int64_t)i), l->v[i]));
	return made;
}

static struct value zip(struct call *c) {
	struct value made = value_new(c->arena, VALUE_LIST);
	if (c->args != 2)
		call_fail(c, "takes two lists here");
	struct value_list *a = items(c, 0), *b = items(c, 1);
	for (size_t i = 0; i < a->n && i < b->n; i++)
		value_push(c->arena, &made, pair(c, a->v[i], b->v[i]));
	return made;
}

static struct value range(struct call *c) {
	call_count(c, 1, 3);
	int64_t from = c->args > 1 ? call_int(c, 0) : 0, to = call_int(c, c->args > 1),
		step = call_int_or(c, 2, 1);
	struct value made = value_new(c->arena, VALUE_LIST);
	if (step == 0)
		call_fail(c, "the step must not be 0");
	for (int64_t i = from; step > 0 ? i < to : i > to;) {
		if (made.list->n == LONGEST_RANGE)
			call_fail(c, "longer than %d", LONGEST_RANGE);
		value_push(c->arena, &made, value_int(i));
		if (__builtin_add_overflow(i, step, &i))
			break;
	}
	return made;
}

/* The smallest (sign 1) or largest (−1) of one list or of the arguments. */
static struct value extreme(struct call *c, int sign) {
	struct value_list several = { (struct value *)(uintptr_t)c->arg, c->args, c->args },
			  *l = &several;
	struct value key = VALUE_NIL, fallback;
	if (c->args == 1)
		l = items(c, 0);
	call_named(c, "key", &key);
	if (!l->n) {
		if (call_named(c, "default", &fallback))
			return fallback;
		call_fail(c, "nothing to choose from");
	}
	struct value best = l->v[0], best_key = key.kind ? call_apply(c, key, best) : best;
	for (size_t i = 1; i < l->n; i++) {
		struct value other = key.kind ? call_apply(c, key, l->v[i]) : l->v[i];
		if (value_order(other, best_key) * sign < 0) {
			best = l->v[i];
			best_key = other;
		}
	}
	return best;
}

static struct value min(struct call *c) {
	return extreme(c, 1);
}

static struct value max(struct call *c) {
	return extreme(c, -1);
}

static struct value sum(struct call *c) {
	struct value total = c->args > 1 ? c->arg[1] : value_int(0);
	struct value_list *l = items(c, 0);
	for (size_t i = 0; i < l->n; i++)
		total = arith_binary(c->arena, OP_ADD, total, l->v[i]);
	return total;
}

static struct value next(struct call *c) {
	struct value_list *l = items(c, 0);
	if (!l->n && c->args < 2)
		call_fail(c, "nothing is left");
	return l->n ? l->v[0] : c->arg[1];
}

/* --- numbers and kinds --- */

static struct value absolute(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind == VALUE_FLOAT)
		return value_real(fabs(v.real));
	int64_t n = call_int(c, 0);
	return n < 0 ? arith_negate(value_int(n)) : value_int(n);
}

static struct value round_off(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind != VALUE_FLOAT)
		return value_int(call_int(c, 0));
	if (c->args < 2)
		return value_int((int64_t)rint(v.real));
	double scale = pow(10, (double)call_int(c, 1));
	return value_real(rint(v.real * scale) / scale);
}

static struct value in_base(struct call *c, const char *prefix, unsigned base) {
	int64_t n = call_int(c, 0);
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[70], *p = digits + sizeof digits - 1;
	*p = '\0';
	do
		*--p = "0123456789abcdef"[rest % base];
	while (rest /= base);
	return value_text(arena_printf(c->arena, "%s%s%s", n < 0 ? "-" : "", prefix, p));
}

static struct value hex(struct call *c) {
	return in_base(c, "0x", 16);
}

static struct value oct(struct call *c) {
	return in_base(c, "0o", 8);
}

static struct value bin(struct call *c) {
	return in_base(c, "0b", 2);
}

static struct value ord(struct call *c) {
	struct slice s = call_text(c, 0);
	size_t at = 0;
	if (letter_count(s) != 1)
		call_fail(c, "needs one character");
	return value_int(letter_next(s, &at));
}

static struct value chr(struct call *c) {
	int64_t code = call_int(c, 0);
	struct buf b = { .arena = c->arena };
	if (code < 0 || code > 0x10FFFF)
		call_fail(c, "no character has this number");
	letter_add(&b, (uint32_t)code);
	return value_text(buf_slice(&b));
}

/* isinstance(v, str) or isinstance(v, (list, tuple)): the types come as names of functions. */
static struct value isinstance(struct call *c) {
	struct value type = call_value(c, 1), one = value_new(c->arena, VALUE_TUPLE);
	value_push(c->arena, &one, type);
	struct value_list *types = type.kind == VALUE_TUPLE ? type.list : one.list;
	const char *name = value_type(call_value(c, 0));
	for (size_t i = 0; i < types->n; i++)
		if (types->v[i].kind == VALUE_PATH && strcmp(types->v[i].path->p, name) == 0)
			return value_bool(true);
	return value_bool(false);
}

static const struct library_entry table[] = {
	{ "str", to_text }, { "repr", repr }, { "bool", to_bool }, { "int", to_int },
	{ "float", to_float }, { "list", to_list }, { "tuple", to_tuple }, { "set", to_set },
	{ "frozenset", to_set }, { "dict", to_dict }, { "iter", to_list }, { "len", length },
	{ "any", any }, { "all", all }, { "map", map }, { "filter", filter }, { "sorted", sorted },
	{ "reversed", reversed }, { "enumerate", enumerate }, { "zip", zip }, { "range", range },
	{ "min", min }, { "max", max }, { "sum", sum }, { "next", next }, { "abs", absolute },
	{ "round", round_off }, { "hex", hex }, { "oct", oct }, { "bin", bin }, { "ord", ord },
	{ "chr", chr }, { "isinstance", isinstance }, { NULL, NULL },
};

void lib_builtin(void) {
	library_add_all(table);
}
