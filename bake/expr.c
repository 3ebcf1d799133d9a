/* Recursive descent over Python's expression grammar, one function a level of precedence (the
 * binary operators share one function driven by a table). Depth is bounded, so hostile text cannot
 * exhaust the stack. */
#include "expr.h"

#include "map.h"
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 60, LONGEST_NUMBER = 40, MOST_KIDS = 60000 };

struct parser {
	struct arena *arena;
	struct tokens in;
	int depth;
};

static struct expr *test(struct parser *p);
static struct expr *or_test(struct parser *p);
static struct expr *binary(struct parser *p, int level);
static struct expr *primary(struct parser *p);
static struct expr *tuple_or_one(struct parser *p, const char *closer);
static struct expr *parse_format(struct parser *p, struct token string);

struct expr *expr_parse(struct arena *a, struct slice text) {
	struct parser p = { .arena = a };
	token_start(&p.in, text, 0, text.n);
	if (p.in.now.kind == TOKEN_END)
		token_fail(&p.in, "nothing to evaluate");
	struct expr *e = tuple_or_one(&p, NULL);
	if (p.in.now.kind != TOKEN_END)
		token_fail(&p.in,
				"something is left over (only Python expressions can stand here)");
	return e;
}

/* --- nodes --- */

static struct expr *node(struct parser *p, enum expr_kind kind) {
	struct expr *e = ARENA_NEW(p->arena, struct expr);
	e->kind = (uint8_t)kind;
	e->column = (uint32_t)p->in.column;
	return e;
}

/* Kids grow by doubling: the capacity is the power of two that holds them. */
static void add_kid(struct parser *p, struct expr *e, struct expr *kid) {
	if (e->kids >= MOST_KIDS)
		token_fail(&p->in, "too many elements");
	if ((e->kids & (e->kids - 1)) == 0) {
		struct expr **grown
				= ARENA_ARRAY(p->arena, struct expr *, e->kids ? e->kids * 2 : 1);
		if (e->kids)
			memcpy(grown, e->kid, e->kids * sizeof *grown);
		e->kid = grown;
	}
	e->kid[e->kids++] = kid;
}

static struct expr *unary_node(struct parser *p, enum expr_kind kind, struct expr *kid) {
	struct expr *e = node(p, kind);
	e->column = kid->column;
	add_kid(p, e, kid);
	return e;
}

/* --- small steps --- */

static bool accept(struct parser *p, const char *word) {
	if (!token_is(&p->in, word))
		return false;
	token_next(&p->in);
	return true;
}

static void expect(struct parser *p, const char *word) {
	if (accept(p, word))
		return;
	char reason[64];
	snprintf(reason, sizeof reason,
			p->in.now.kind == TOKEN_END ? "ends before a '%s'" : "'%s' expected", word);
	token_fail(&p->in, reason);
}

static bool reserved(struct slice word) {
	static const char *const words[] = {
		"and",
		"or",
		"not",
		"in",
		"is",
		"if",
		"else",
		"for",
		"lambda",
		"import",
		"def",
		"class",
		"return",
		"while",
		"with",
		"try",
		"yield",
		"assert",
		"del",
		"from",
		"global",
		"pass",
		"raise",
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(word, words[i]))
			return true;
	return false;
}

static struct expr *parse_name(struct parser *p) {
	if (p->in.now.kind != TOKEN_NAME || reserved(p->in.now.text))
		token_fail(&p->in, "a name is expected");
	struct expr *e = node(p, EXPR_NAME);
	e->name = atom(p->in.now.text);
	token_next(&p->in);
	return e;
}

static void enter(struct parser *p) {
	if (++p->depth > DEEPEST)
		token_fail(&p->in, "nested too deeply");
}

/* --- from the loosest binding to the tightest --- */

/* closer NULL: until the text ends. One element without a comma is itself. */
static struct expr *tuple_or_one(struct parser *p, const char *closer) {
	struct expr *first = test(p);
	if (!token_is(&p->in, ","))
		return first;
	struct expr *e = unary_node(p, EXPR_TUPLE, first);
	while (accept(p, ",") && p->in.now.kind != TOKEN_END
			&& !(closer && token_is(&p->in, closer)))
		add_kid(p, e, test(p));
	return e;
}

static struct expr *lambda(struct parser *p) {
	struct expr *e = node(p, EXPR_LAMBDA);
	token_next(&p->in);
	add_kid(p, e, NULL);
	while (!token_is(&p->in, ":")) {
		struct expr *parameter = parse_name(p);
		if (accept(p, "=")) {
			parameter->kind = EXPR_KEYWORD;
			add_kid(p, parameter, test(p));
		}
		add_kid(p, e, parameter);
		if (!accept(p, ","))
			break;
	}
	expect(p, ":");
	e->kid[0] = test(p);
	return e;
}

static struct expr *test(struct parser *p) {
	enter(p);
	struct expr *e;
	if (token_is(&p->in, "lambda")) {
		e = lambda(p);
	} else {
		e = or_test(p);
		if (accept(p, "if")) {
			struct expr *condition = or_test(p);
			struct expr *choice = unary_node(p, EXPR_IF, condition);
			expect(p, "else");
			add_kid(p, choice, e);
			add_kid(p, choice, test(p));
			e = choice;
		}
	}
	p->depth--;
	return e;
}

static struct expr *comparison(struct parser *p);

static struct expr *not_test(struct parser *p) {
	if (!token_is(&p->in, "not"))
		return comparison(p);
	enter(p);
	token_next(&p->in);
	struct expr *e = unary_node(p, EXPR_NOT, not_test(p));
	p->depth--;
	return e;
}

static struct expr *and_test(struct parser *p) {
	struct expr *e = not_test(p);
	if (!token_is(&p->in, "and"))
		return e;
	e = unary_node(p, EXPR_AND, e);
	while (accept(p, "and"))
		add_kid(p, e, not_test(p));
	return e;
}

static struct expr *or_test(struct parser *p) {
	struct expr *e = and_test(p);
	if (!token_is(&p->in, "or"))
		return e;
	e = unary_node(p, EXPR_OR, e);
	while (accept(p, "or"))
		add_kid(p, e, and_test(p));
	return e;
}

/* The comparison operator at hand, taken; 0 when there is none. */
static enum expr_op comparison_op(struct parser *p) {
	static const struct { const char *mark; enum expr_op op; } ops[] = {
		{ "==", OP_EQ }, { "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "<", OP_LT },
		{ ">", OP_GT }, { "in", OP_IN },
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (accept(p, ops[i].mark))
			return ops[i].op;
	if (accept(p, "is"))
		return accept(p, "not") ? OP_IS_NOT : OP_IS;
	if (token_is(&p->in, "not")) {
		token_next(&p->in);
		expect(p, "in");
		return OP_NOT_IN;
	}
	return 0;
}

static struct expr *comparison(struct parser *p) {
	struct expr *first = binary(p, 0), *e = NULL;
	struct buf ops = { .arena = p->arena };
	for (enum expr_op op; (op = comparison_op(p)) != 0;) {
		if (!e)
			e = unary_node(p, EXPR_COMPARE, first);
		buf_addc(&ops, (char)op);
		add_kid(p, e, binary(p, 0));
	}
	if (!e)
		return first;
	e->text = buf_slice(&ops);
	return e;
}

static struct expr *unary(struct parser *p);

/* Left-associative operators by level, loosest first. */
static const struct { int level; const char *mark; enum expr_op op; } binary_ops[] = {
	{ 0, "|", OP_OR }, { 1, "^", OP_XOR }, { 2, "&", OP_AND }, { 3, "<<", OP_LEFT },
	{ 3, ">>", OP_RIGHT }, { 4, "+", OP_ADD }, { 4, "-", OP_SUB }, { 5, "*", OP_MUL },
	{ 5, "//", OP_FLOOR }, { 5, "/", OP_DIV }, { 5, "%", OP_MOD },
};
enum { TIGHTEST_BINARY = 5 };

static enum expr_op binary_op(struct parser *p, int level) {
	if (p->in.now.kind == TOKEN_MARK)
		for (size_t i = 0; i < sizeof binary_ops / sizeof *binary_ops; i++)
			if (binary_ops[i].level == level && accept(p, binary_ops[i].mark))
				return binary_ops[i].op;
	return 0;
}

static struct expr *binary(struct parser *p, int level) {
	if (level > TIGHTEST_BINARY)
		return unary(p);
	struct expr *e = binary(p, level + 1);
	for (enum expr_op op; (op = binary_op(p, level)) != 0;) {
		e = unary_node(p, EXPR_BINARY, e);
		e->op = (uint8_t)op;
		add_kid(p, e, binary(p, level + 1));
	}
	return e;
}

static struct expr *power(struct parser *p) {
	struct expr *e = primary(p);
	if (!accept(p, "**"))
		return e;
	e = unary_node(p, EXPR_BINARY, e);
	e->op = OP_POW;
	add_kid(p, e, unary(p));
	return e;
}

static struct expr *unary(struct parser *p) {
	enum expr_kind kind = token_is(&p->in, "-") ? EXPR_NEGATE
			: token_is(&p->in, "+")	    ? EXPR_PLUS
			: token_is(&p->in, "~")	    ? EXPR_INVERT
							: EXPR_NONE;
	if (kind == EXPR_NONE || p->in.now.kind != TOKEN_MARK)
		return power(p);
	enter(p);
	token_next(&p->in);
	struct expr *e = unary_node(p, kind, unary(p));
	p->depth--;
	return e;
}

/* --- comprehensions and calls --- */

/* The names a `for` binds: one or several, with or without brackets. */
static struct expr *for_target(struct parser *p) {
	bool bracket = accept(p, "(");
	struct expr *e = parse_name(p);
	if (token_is(&p->in, ",")) {
		e = unary_node(p, EXPR_TUPLE, e);
		while (accept(p, ",") && p->in.now.kind == TOKEN_NAME && !token_is(&p->in, "in"))
			add_kid(p, e, parse_name(p));
	}
	if (bracket)
		expect(p, ")");
	return e;
}

/* `for … in … if …` behind an element; `element` becomes the comprehension's first kid. */
static struct expr *comprehension(struct parser *p, struct expr *element, enum expr_kind made) {
	struct expr *e = unary_node(p, EXPR_COMPREHENSION, element);
	e->op = (uint8_t)made;
	while (token_is(&p->in, "for")) {
		struct expr *loop = node(p, EXPR_FOR);
		token_next(&p->in);
		add_kid(p, loop, for_target(p));
		expect(p, "in");
		add_kid(p, loop, or_test(p));
		while (accept(p, "if"))
			add_kid(p, loop, or_test(p));
		add_kid(p, e, loop);
	}
	return e;
}

static struct expr *argument(struct parser *p) {
	if (token_is(&p->in, "*") || token_is(&p->in, "**")) {
		enum expr_kind kind = token_is(&p->in, "*") ? EXPR_STAR : EXPR_STAR2;
		token_next(&p->in);
		return unary_node(p, kind, test(p));
	}
	struct expr *e = test(p);
	if (token_is(&p->in, "for"))
		return comprehension(p, e, EXPR_TUPLE);
	if (e->kind != EXPR_NAME || !accept(p, "="))
		return e;
	e->kind = EXPR_KEYWORD;
	add_kid(p, e, test(p));
	return e;
}

/* "bb.utils.contains" when e is nothing but names and dots, else NULL. */
static const struct atom *dotted_name(struct parser *p, const struct expr *e) {
	if (e->kind == EXPR_NAME)
		return e->name;
	if (e->kind != EXPR_ATTR)
		return NULL;
	const struct atom *left = dotted_name(p, e->kid[0]);
	if (!left)
		return NULL;
	return atom(arena_printf(p->arena, "%s.%s", left->p, e->name->p));
}

static struct expr *call(struct parser *p, struct expr *callee) {
	struct expr *e = unary_node(p, EXPR_CALL, callee);
	e->name = dotted_name(p, callee);
	while (!token_is(&p->in, ")")) {
		add_kid(p, e, argument(p));
		if (!accept(p, ","))
			break;
	}
	expect(p, ")");
	return e;
}

static struct expr *bound(struct parser *p) {
	if (token_is(&p->in, ":") || token_is(&p->in, "]"))
		return node(p, EXPR_NONE);
	return test(p);
}

static struct expr *subscript(struct parser *p, struct expr *object) {
	struct expr *from = bound(p);
	if (!token_is(&p->in, ":")) {
		if (from->kind == EXPR_NONE && token_is(&p->in, "]"))
			token_fail(&p->in, "an index is missing");
		struct expr *e = unary_node(p, EXPR_INDEX, object);
		add_kid(p, e, from);
		expect(p, "]");
		return e;
	}
	struct expr *e = unary_node(p, EXPR_SLICE, object);
	add_kid(p, e, from);
	expect(p, ":");
	add_kid(p, e, bound(p));
	add_kid(p, e, accept(p, ":") ? bound(p) : node(p, EXPR_NONE));
	expect(p, "]");
	return e;
}

/* --- atoms --- */

static struct expr *number(struct parser *p) {
	char digits[LONGEST_NUMBER + 1], *end;
	size_t n = 0;
	for (size_t i = 0; i < p->in.now.text.n; i++) {
		if (n == LONGEST_NUMBER)
			token_fail(&p->in, "the number is too long");
		if (p->in.now.text.p[i] != '_')
			digits[n++] = p->in.now.text.p[i];
	}
	digits[n] = '\0';
	bool octal = n > 1 && digits[0] == '0' && (digits[1] == 'o' || digits[1] == 'O');
	bool bits = n > 1 && digits[0] == '0' && (digits[1] == 'b' || digits[1] == 'B');
	bool hex = n > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	bool real = !hex && strpbrk(digits, ".eE");
	struct expr *e = node(p, real ? EXPR_FLOAT : EXPR_INT);
	if (real)
		e->real = strtod(digits, &end);
	else
		e->number = strtoll(octal || bits ? digits + 2 : digits, &end,
				octal		       ? 8
						: bits ? 2
						: hex  ? 16
							: 10);
	if (*end)
		token_fail(&p->in, "this is not a number");
	token_next(&p->in);
	return e;
}

/* Adjacent literals are one. */
static struct expr *string(struct parser *p) {
	struct expr *e = node(p, EXPR_TEXT);
	struct buf joined = { .arena = p->arena };
	for (; p->in.now.kind == TOKEN_STRING; token_next(&p->in)) {
		struct token t = p->in.now;
		if (t.format) {
			if (e->kind == EXPR_TEXT) {
				struct expr *before = e;
				before->text = arena_dup(p->arena, buf_slice(&joined));
				e = unary_node(p, EXPR_FORMAT, before);
			}
			add_kid(p, e, parse_format(p, t));
			continue;
		}
		struct slice text = t.raw ? t.text : token_unescape(p->arena, t.text);
		if (e->kind == EXPR_FORMAT) {
			struct expr *part = node(p, EXPR_TEXT);
			part->text = text;
			add_kid(p, e, part);
		} else {
			buf_add(&joined, text);
		}
	}
	if (e->kind == EXPR_TEXT)
		e->text = buf_slice(&joined);
	return e;
}

static struct expr *round_bracket(struct parser *p) {
	struct expr *e = node(p, EXPR_TUPLE);
	token_next(&p->in);
	if (accept(p, ")"))
		return e;
	e = tuple_or_one(p, ")");
	if (token_is(&p->in, "for"))
		e = comprehension(p, e, EXPR_TUPLE);
	expect(p, ")");
	return e;
}

static struct expr *square_bracket(struct parser *p) {
	struct expr *e = node(p, EXPR_LIST);
	token_next(&p->in);
	while (!token_is(&p->in, "]")) {
		struct expr *element = test(p);
		if (token_is(&p->in, "for") && !e->kids) {
			e = comprehension(p, element, EXPR_LIST);
			break;
		}
		add_kid(p, e, element);
		if (!accept(p, ","))
			break;
	}
	expect(p, "]");
	return e;
}

/* A set or a dict; the first element decides which. */
static struct expr *curly_bracket(struct parser *p) {
	struct expr *e = node(p, EXPR_DICT);
	token_next(&p->in);
	while (!token_is(&p->in, "}")) {
		struct expr *key = test(p), *value = NULL;
		if (!e->kids)
			e->kind = token_is(&p->in, ":") ? EXPR_DICT : EXPR_SET;
		if (e->kind == EXPR_DICT) {
			expect(p, ":");
			value = test(p);
		}
		if (token_is(&p->in, "for") && !e->kids) {
			e = comprehension(p, key, e->kind);
			if (value) {             /* key, value, FOR … */
				add_kid(p, e, value);
				memmove(e->kid + 2, e->kid + 1, (e->kids - 2) * sizeof *e->kid);
				e->kid[1] = value;
			}
			break;
		}
		add_kid(p, e, key);
		if (value)
			add_kid(p, e, value);
		if (!accept(p, ","))
			break;
	}
	expect(p, "}");
	return e;
}

static struct expr *constant_or_name(struct parser *p) {
	static const struct { const char *name; enum expr_kind kind; } constants[] = {
		{ "None", EXPR_NONE }, { "True", EXPR_TRUE }, { "False", EXPR_FALSE },
	};
	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
		if (token_is(&p->in, constants[i].name)) {
			struct expr *e = node(p, constants[i].kind);
			token_next(&p->in);
			return e;
		}
	return parse_name(p);
}

static struct expr *single(struct parser *p) {
	switch (p->in.now.kind) {
	case TOKEN_END:
		token_fail(&p->in, "ends too early");
	case TOKEN_NUMBER:
		return number(p);
	case TOKEN_STRING:
		return string(p);
	case TOKEN_NAME:
		return constant_or_name(p);
	case TOKEN_MARK:
		break;
	}
	if (token_is(&p->in, "("))
		return round_bracket(p);
	if (token_is(&p->in, "["))
		return square_bracket(p);
	if (token_is(&p->in, "{"))
		return curly_bracket(p);
	token_fail(&p->in, "a value is expected");
}

/* A postfix chain is as deep as it is long once it is evaluated: it is bounded like nesting. */
static struct expr *primary(struct parser *p) {
	struct expr *e = single(p);
	for (int links = 0;; links++) {
		if (links > 4 * DEEPEST)
			token_fail(&p->in, "the chain is too long");
		if (accept(p, ".")) {
			const struct atom *name = parse_name(p)->name;
			e = unary_node(p, EXPR_ATTR, e);
			e->name = name;
		} else if (accept(p, "(")) {
			e = call(p, e);
		} else if (accept(p, "[")) {
			e = subscript(p, e);
		} else {
			return e;
		}
	}
}

/* --- f-strings --- */

/* Where the field that starts behind at ends: at its closing brace; *colon and *bang are the marks
 * of its format spec and conversion outside of brackets and quotes, or the end. */
struct field {
	size_t end, colon, bang;
};

static struct field find_field(struct parser *p, size_t at, size_t end) {
	struct field f = { 0, 0, 0 };
	const char *s = p->in.whole.p;
	char quote = 0;
	int depth = 0;
	for (size_t i = at; i < end; i++) {
		char c = s[i];
		if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '\'' || c == '"') {
			quote = c;
		} else if (strchr("([{", c)) {
			depth++;
		} else if (c == '}' && depth == 0) {
			f.end = i;
			f.colon = f.colon ? f.colon : i;
			f.bang = f.bang ? f.bang : f.colon;
			return f;
		} else if (strchr(")]}", c)) {
			depth--;
		} else if (c == ':' && depth == 0 && !f.colon) {
			f.colon = i;
		} else if (c == '!' && depth == 0 && i + 1 < end && s[i + 1] != '=' && !f.bang
				&& !f.colon) {
			f.bang = i;
		}
	}
	token_fail(&p->in, "a '{' of this f-string is not closed");
}

static struct expr *format_text(struct parser *p, size_t from, size_t to, bool raw);

static struct expr *parse_field(struct parser *p, size_t at, struct field f) {
	struct parser inner = { .arena = p->arena, .depth = p->depth };
	token_start(&inner.in, p->in.whole, at, f.bang);
	enter(&inner);
	struct expr *e = unary_node(p, EXPR_FIELD, tuple_or_one(&inner, NULL));
	if (inner.in.now.kind != TOKEN_END)
		token_fail(&inner.in, "something is left over in this field");
	if (f.bang + 1 < f.colon)
		e->op = (uint8_t)p->in.whole.p[f.bang + 1];
	if (f.colon < f.end) {
		enter(p);
		add_kid(p, e, format_text(p, f.colon + 1, f.end, false));
		p->depth--;
	}
	return e;
}

static void add_literal(struct parser *p, struct expr *e, struct slice text, bool raw) {
	if (!text.n)
		return;
	struct expr *part = node(p, EXPR_TEXT);
	part->text = raw ? text : token_unescape(p->arena, text);
	add_kid(p, e, part);
}

/* Literal text and fields between two places of the whole text. A doubled brace is one. */
static struct expr *format_text(struct parser *p, size_t from, size_t to, bool raw) {
	struct expr *e = node(p, EXPR_FORMAT);
	const char *s = p->in.whole.p;
	size_t start = from;
	for (size_t i = from; i < to; i++) {
		if (s[i] != '{' && s[i] != '}')
			continue;
		if (i + 1 < to && s[i + 1] == s[i]) {
			add_literal(p, e, slice_sub(p->in.whole, start, i + 1), raw);
			start = i + 2;
			i++;
			continue;
		}
		if (s[i] == '}')
			token_fail(&p->in, "a single '}' in an f-string");
		add_literal(p, e, slice_sub(p->in.whole, start, i), raw);
		struct field f = find_field(p, i + 1, to);
		add_kid(p, e, parse_field(p, i + 1, f));
		i = f.end;
		start = f.end + 1;
	}
	add_literal(p, e, slice_sub(p->in.whole, start, to), raw);
	return e;
}

static struct expr *parse_format(struct parser *p, struct token string) {
	size_t from = (size_t)(string.text.p - p->in.whole.p);
	return format_text(p, from, from + string.text.n, string.raw);
}
