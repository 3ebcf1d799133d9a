/* Integers have 64 bits where Python's have no bound: leaving the range is an error, never a wrap.
 * */
#include "arith.h"

#include "expr.h"
#include "format.h"

#include <math.h>
#include <string.h>

enum { LARGEST_REPEAT = 1 << 22 };       /* bytes or elements that `*` may make */

static const char *const signs[] = {
	[OP_ADD] = "+",
	[OP_SUB] = "-",
	[OP_MUL] = "*",
	[OP_DIV] = "/",
	[OP_FLOOR] = "//",
	[OP_MOD] = "%",
	[OP_POW] = "**",
	[OP_AND] = "&",
	[OP_OR] = "|",
	[OP_XOR] = "^",
	[OP_LEFT] = "<<",
	[OP_RIGHT] = ">>",
};

static _Noreturn void mismatch(int op, struct value l, struct value r) {
	raise_error("expression: '%s' does not go with '%s' and '%s'", signs[op], value_type(l),
			value_type(r));
}

static _Noreturn void too_large(void) {
	raise_error("expression: the result is too large");
}

static bool is_integer(struct value v) {
	return v.kind == VALUE_INT || v.kind == VALUE_BOOL;
}

static int64_t integer(struct value v) {
	return v.kind == VALUE_INT ? v.integer : v.truth;
}

static double real(struct value v) {
	return v.kind == VALUE_FLOAT ? v.real : (double)integer(v);
}

static int64_t power(int64_t base, int64_t exponent) {
	int64_t result = 1;
	if (base == 0 || base == 1)
		return exponent ? base : 1;
	if (base == -1)
		return exponent % 2 ? -1 : 1;
	while (exponent-- > 0)
		if (__builtin_mul_overflow(result, base, &result))
			too_large();
	return result;
}

static int64_t floor_divide(int64_t a, int64_t b, bool want_rest) {
	if (b == 0)
		raise_error("expression: division by zero");
	if (b == -1) {
		if (!want_rest && a == INT64_MIN)
			too_large();
		return want_rest ? 0 : -a;
	}
	int64_t quotient = a / b, rest = a % b;
	if (rest && (rest < 0) != (b < 0)) {
		quotient--;
		rest += b;
	}
	return want_rest ? rest : quotient;
}

static int64_t shift_left(int64_t a, int64_t by) {
	if (by < 0)
		raise_error("expression: negative shift count");
	int64_t result;
	if (a && (by > 62 || __builtin_mul_overflow(a, (int64_t)1 << by, &result)))
		too_large();
	return a ? result : 0;
}

static int64_t shift_right(int64_t a, int64_t by) {
	if (by < 0)
		raise_error("expression: negative shift count");
	return a >> (by > 63 ? 63 : by);
}

static struct value reals(int op, struct value l, struct value r);

static struct value integers(int op, struct value l, struct value r) {
	int64_t a = integer(l), b = integer(r), result = 0;
	bool over = false;
	switch (op) {
	case OP_ADD: over = __builtin_add_overflow(a, b, &result); break;
	case OP_SUB: over = __builtin_sub_overflow(a, b, &result); break;
	case OP_MUL: over = __builtin_mul_overflow(a, b, &result); break;
	case OP_FLOOR: result = floor_divide(a, b, false); break;
	case OP_MOD: result = floor_divide(a, b, true); break;
	case OP_POW:
		if (b < 0)
			return reals(op, l, r);
		result = power(a, b);
		break;
	case OP_AND: result = a & b; break;
	case OP_OR: result = a | b; break;
	case OP_XOR: result = a ^ b; break;
	case OP_LEFT: result = shift_left(a, b); break;
	case OP_RIGHT: result = shift_right(a, b); break;
	default: return reals(op, l, r);
	}
	if (over)
		too_large();
	bool logical = op == OP_AND || op == OP_OR || op == OP_XOR;
	if (logical && l.kind == VALUE_BOOL && r.kind == VALUE_BOOL)
		return value_bool(result != 0);
	return value_int(result);
}

static struct value reals(int op, struct value l, struct value r) {
	double a = real(l), b = real(r);
	bool divides = op == OP_DIV || op == OP_FLOOR || op == OP_MOD;
	if (divides && fpclassify(b) == FP_ZERO)
		raise_error("expression: division by zero");
	switch (op) {
	case OP_ADD: return value_real(a + b);
	case OP_SUB: return value_real(a - b);
	case OP_MUL: return value_real(a * b);
	case OP_DIV: return value_real(a / b);
	case OP_FLOOR: return value_real(floor(a / b));
	case OP_MOD: return value_real(a - b * floor(a / b));
	case OP_POW: return value_real(pow(a, b));
	default: mismatch(op, l, r);
	}
}

static struct value concatenate(struct arena *a, struct value l, struct value r) {
	if (l.kind == VALUE_TEXT) {
		struct buf b = { .arena = a };
		buf_add(&b, l.text);
		buf_add(&b, r.text);
		return value_text(buf_slice(&b));
	}
	struct value list = value_new(a, l.kind);
	for (size_t i = 0; i < l.list->n; i++)
		value_push(a, &list, l.list->v[i]);
	for (size_t i = 0; i < r.list->n; i++)
		value_push(a, &list, r.list->v[i]);
	return list;
}

static struct value repeat(struct arena *a, struct value v, int64_t times) {
	size_t n = v.kind == VALUE_TEXT ? v.text.n : v.list->n;
	if (times < 0 || n == 0)
		times = 0;
	if (times > LARGEST_REPEAT || (uint64_t)times * n > LARGEST_REPEAT)
		too_large();
	struct buf text = { .arena = a };
	struct value list = value_new(a, v.kind == VALUE_TEXT ? VALUE_LIST : v.kind);
	for (int64_t k = 0; k < times; k++) {
		if (v.kind == VALUE_TEXT)
			buf_add(&text, v.text);
		for (size_t i = 0; v.kind != VALUE_TEXT && i < n; i++)
			value_push(a, &list, v.list->v[i]);
	}
	return v.kind == VALUE_TEXT ? value_text(buf_slice(&text)) : list;
}

static struct value sets(struct arena *a, int op, struct value l, struct value r) {
	struct value result = value_new(a, VALUE_SET);
	for (size_t i = 0; i < l.list->n; i++) {
		bool both = value_in(l.list->v[i], r);
		if (op == OP_OR || (op == OP_AND) == both)
			value_push(a, &result, l.list->v[i]);
	}
	if (op == OP_OR || op == OP_XOR)
		for (size_t i = 0; i < r.list->n; i++)
			if (op == OP_OR || !value_in(r.list->v[i], l))
				value_push(a, &result, r.list->v[i]);
	return result;
}

struct value arith_binary(struct arena *a, int op, struct value l, struct value r) {
	if (is_integer(l) && is_integer(r))
		return integers(op, l, r);
	if ((is_integer(l) || l.kind == VALUE_FLOAT) && (is_integer(r) || r.kind == VALUE_FLOAT))
		return reals(op, l, r);
	bool sequence = l.kind == VALUE_TEXT || l.kind == VALUE_LIST || l.kind == VALUE_TUPLE;
	if (op == OP_ADD && sequence && l.kind == r.kind)
		return concatenate(a, l, r);
	if (op == OP_MUL && sequence && is_integer(r))
		return repeat(a, l, integer(r));
	if (op == OP_MUL && is_integer(l) && (r.kind == VALUE_TEXT || r.kind == VALUE_LIST))
		return repeat(a, r, integer(l));
	if (op == OP_MOD && l.kind == VALUE_TEXT)
		return value_text(format_percent(a, l.text, r));
	bool set_op = op == OP_SUB || op == OP_AND || op == OP_OR || op == OP_XOR;
	if (set_op && l.kind == VALUE_SET && r.kind == VALUE_SET)
		return sets(a, op, l, r);
	mismatch(op, l, r);
}

struct value arith_negate(struct value v) {
	if (v.kind == VALUE_FLOAT)
		return value_real(-v.real);
	if (!is_integer(v))
		raise_error("expression: '-' does not go with '%s'", value_type(v));
	if (integer(v) == INT64_MIN)
		too_large();
	return value_int(-integer(v));
}
