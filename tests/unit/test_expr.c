/* expr: texts to trees. What trees evaluate to is test_inline's. */
#include <criterion/criterion.h>
#include <string.h>

#include "expr.h"
#include "map.h"
#include "util.h"

static struct arena *a;

static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(expr, .init = set_up, .fini = tear_down);

static const char *const ops[] = {
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
	[OP_EQ] = "==",
	[OP_NE] = "!=",
	[OP_LT] = "<",
	[OP_LE] = "<=",
	[OP_GT] = ">",
	[OP_GE] = ">=",
	[OP_IN] = "in",
	[OP_NOT_IN] = "not in",
	[OP_IS] = "is",
	[OP_IS_NOT] = "is not",
};

static const char *const kinds[] = {
	[EXPR_INDEX] = "index",
	[EXPR_SLICE] = "slice",
	[EXPR_NEGATE] = "-",
	[EXPR_PLUS] = "+",
	[EXPR_INVERT] = "~",
	[EXPR_NOT] = "not",
	[EXPR_AND] = "and",
	[EXPR_OR] = "or",
	[EXPR_IF] = "if",
	[EXPR_LIST] = "list",
	[EXPR_TUPLE] = "tuple",
	[EXPR_SET] = "set",
	[EXPR_DICT] = "dict",
	[EXPR_COMPREHENSION] = "each",
	[EXPR_FOR] = "for",
	[EXPR_LAMBDA] = "lambda",
	[EXPR_STAR] = "*",
	[EXPR_STAR2] = "**",
	[EXPR_CALL] = "call",
	[EXPR_FORMAT] = "f",
	[EXPR_FIELD] = "field",
};

/* The tree in brackets: (+ 1 (* 2 3)). */
static void show(struct buf *b, const struct expr *e) {
	switch (e->kind) {
	case EXPR_NONE: buf_adds(b, "None"); return;
	case EXPR_TRUE: buf_adds(b, "True"); return;
	case EXPR_FALSE: buf_adds(b, "False"); return;
	case EXPR_INT: buf_addf(b, "%lld", (long long)e->number); return;
	case EXPR_FLOAT: buf_addf(b, "%g", e->real); return;
	case EXPR_TEXT: buf_addf(b, "'" SFMT "'", SARG(e->text)); return;
	case EXPR_NAME: buf_adds(b, e->name->p); return;
	default: break;
	}
	buf_addc(b, '(');
	if (e->kind == EXPR_ATTR)
		buf_addf(b, ".%s", e->name->p);
	else if (e->kind == EXPR_KEYWORD)
		buf_addf(b, "%s=", e->name->p);
	else if (e->kind == EXPR_BINARY)
		buf_adds(b, ops[e->op]);
	else if (e->kind == EXPR_COMPARE)
		for (size_t i = 0; i < e->text.n; i++)
			buf_addf(b, "%s%s", i ? " " : "", ops[(int)e->text.p[i]]);
	else
		buf_adds(b, kinds[e->kind]);
	for (uint32_t i = 0; i < e->kids; i++) {
		buf_addc(b, ' ');
		show(b, e->kid[i]);
	}
	buf_addc(b, ')');
}

static const char *tree(const char *text) {
	struct buf b = { .arena = a };
	show(&b, expr_parse(a, slice_of(text)));
	return buf_slice(&b).p;
}

static const struct { const char *text, *want; } trees[] = {
	{ "1 + 2 * 3", "(+ 1 (* 2 3))" },
	{ "(1 + 2) * 3", "(* (+ 1 2) 3)" },
	{ "1 - 2 - 3", "(- (- 1 2) 3)" },
	{ "2 ** 3 ** 2", "(** 2 (** 3 2))" },
	{ "-2 ** 2", "(- (** 2 2))" },
	{ "2 ** -1", "(** 2 (- 1))" },
	{ "not a in b", "(not (in a b))" },
	{ "a not in b is not c", "(not in is not a b c)" },
	{ "a or b and not c", "(or a (and b (not c)))" },
	{ "a if b else c if d else e", "(if b a (if d c e))" },
	{ "a.b.c(1, x=2, *y, **z)", "(call (.c (.b a)) 1 (x= 2) (* y) (** z))" },
	{ "a[1][2:]", "(slice (index a 1) 2 None None)" },
	{ "a[::-1]", "(slice a None None (- 1))" },
	{ "()", "(tuple)" }, { "(1,)", "(tuple 1)" }, { "1, 2", "(tuple 1 2)" }, { "(1)", "1" },
	{ "[]", "(list)" }, { "[1, 2,]", "(list 1 2)" }, { "{}", "(dict)" }, { "{1}", "(set 1)" },
	{ "{'a': 1, 'b': 2}", "(dict 'a' 1 'b' 2)" },
	{ "[x for x in y if x if z]", "(each x (for x y x z))" },
	{ "f(x for a, b in c for x in a)", "(call f (each x (for (tuple a b) c) (for x a)))" },
	{ "{k: v for k, v in i}", "(each k v (for (tuple k v) i))" },
	{ "lambda x, y=1: x", "(lambda x x (y= 1))" },
	{ "'a' \"b\" '''c'''", "'abc'" },
	{ "r'\\n' 'x\\x41'", "'\\nxA'" },
	{ "0x1f + 0b11 + 0o7 + 1_0 + 1e2 + .5", "(+ (+ (+ (+ (+ 31 3) 7) 10) 100) 0.5)" },
	{ "  1\n + 2 ", "(+ 1 2)" },
	{ "nothing.index", "(.index nothing)" },
};

Test(expr, trees_follow_pythons_grammar) {
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		cr_expect_str_eq(tree(trees[i].text), trees[i].want, "%s: %s", trees[i].text,
				tree(trees[i].text));
}

Test(expr, a_call_by_dotted_name_knows_its_name) {
	cr_expect_str_eq(expr_parse(a, SLICE("bb.utils.contains('A', d)"))->name->p,
			"bb.utils.contains");
	cr_expect_null(expr_parse(a, SLICE("f().g()"))->name);
}

static size_t column_of_failure(const char *text) {
	struct trap trap;
	if (TRAP(&trap)) {
		expr_parse(a, slice_of(text));
		trap_end(&trap);
		return 0;
	}
	const char *p = strstr(arena_str(a, trap.error.message), "column ");
	return p ? strtoul(p + 7, NULL, 10) : 999;
}

static const struct { const char *text; size_t column;
} failures[] = {
	{ "a +", 4 },
	{ "a b", 3 },
	{ "(a", 3 },
	{ "f(a", 4 },
	{ "[1, 2", 6 },
	{ "a[", 3 },
	{ "a[]", 3 },
	{ "{1: }", 5 },
	{ "x for x in y", 3 },
	{ "a = 1", 3 },
	{ "print 1", 7 },
	{ "lambda", 7 },
	{ "'abc", 1 },
	{ "a ? b", 3 },
	{ "1x", 1 },
	{ "f'{a'", 1 },
	{ "a.1", 2 },
	{ "not", 4 },
	{ "", 1 },
	{ "a if b", 7 },
	{ "for x in y", 1 },
	{ "a; b", 2 },
};

Test(expr, failures_name_the_column) {
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		cr_expect_eq(column_of_failure(failures[i].text), failures[i].column, "%s: %zu",
				failures[i].text, column_of_failure(failures[i].text));
}
