/* parse: what BitBake's two readers make of lines, and where they refuse. */
#include <criterion/criterion.h>
#include <string.h>

#include "map.h"
#include "parse.h"
#include "util.h"

static struct arena *a;

static void set_up(void) { a = arena_new(); message_threshold(MESSAGE_ERROR); }
static void tear_down(void) { arena_free(a); }
TestSuite(parse, .init = set_up, .fini = tear_down);

static struct statements *recipe(const char *text) {
	return parse_text(a, atom_of("/x/t.bb"), slice_of(text), PARSE_RECIPE);
}

static struct statements *conf(const char *text) {
	return parse_text(a, atom_of("/x/t.conf"), slice_of(text), PARSE_CONF);
}

static void same(struct slice have, const char *want) {
	cr_assert(slice_is(have, want), "«" SFMT "», not «%s»", SARG(have), want);
}

/* The only statement of a recipe. */
static struct stmt *only(const char *text) {
	struct statements *s = recipe(text);
	cr_assert_eq(s->n, 1u, "%s: %zu statements", text, s->n);
	return &s->v[0];
}

static void assigns(const char *line, const char *name, enum stmt_op op, const char *value) {
	struct stmt *t = only(line);
	cr_assert_eq(t->kind, STMT_ASSIGN);
	cr_assert_str_eq(t->name->p, name, "%s", line);
	cr_assert_eq(t->op, op, "%s", line);
	same(t->value, value);
}

/* Parsing fails at this line. */
static void refuses(struct statements *(*read)(const char *), const char *text, int line) {
	struct trap trap;
	if (TRAP(&trap)) {
		read(text);
		trap_end(&trap);
		cr_assert_fail("accepted: %s", text);
	}
	cr_assert_eq(trap.error.line, line, "%s: line %d: " SFMT, text, trap.error.line,
			SARG(trap.error.message));
}

Test(parse, every_operator) {
	assigns("A = \"a\"", "A", ASSIGN_SET, "a");
	assigns("A ?= \"a\"", "A", ASSIGN_DEFAULT, "a");
	assigns("A \?\?= \"a\"", "A", ASSIGN_WEAK, "a");
	assigns("A := \"a\"", "A", ASSIGN_NOW, "a");
	assigns("A += \"a\"", "A", ASSIGN_APPEND, "a");
	assigns("A =+ \"a\"", "A", ASSIGN_PREPEND, "a");
	assigns("A .= \"a\"", "A", ASSIGN_POSTDOT, "a");
	assigns("A =. \"a\"", "A", ASSIGN_PREDOT, "a");
}

Test(parse, the_shortest_name_wins) {
	assigns("A:=\"a\"", "A", ASSIGN_NOW, "a");
	assigns("A+=\"a\"", "A", ASSIGN_APPEND, "a");
	assigns("A.=\"a\"", "A", ASSIGN_POSTDOT, "a");
	assigns("A:o:append = \"a\"", "A:o:append", ASSIGN_SET, "a");
	assigns("A_${B}/c~d+e.f = \"a\"", "A_${B}/c~d+e.f", ASSIGN_SET, "a");
}

Test(parse, values_run_from_the_first_quote_to_the_last) {
	assigns("A = \"a \"b\" c\"", "A", ASSIGN_SET, "a \"b\" c");
	assigns("A = 'a \"b'", "A", ASSIGN_SET, "a \"b");
	assigns("A = \"\"", "A", ASSIGN_SET, "");
	refuses(recipe, "A = \"a\"b\"\n", 1);
	refuses(recipe, "A = \"a\n", 1);
	refuses(recipe, "A = a\n", 1);
	refuses(recipe, "A == \"a\"\n", 1);
}

Test(parse, flags) {
	struct stmt *t = only("A[f-1] ?= \"v\"");
	cr_assert_str_eq(t->flag->p, "f-1");
	cr_assert_eq(t->op, ASSIGN_DEFAULT);
	cr_assert_str_eq(only("A[a@b/c] = \"v\"")->flag->p, "a@b/c");
	refuses(recipe, "A[] = \"v\"", 1);
	refuses(recipe, "A[@x] = \"v\"", 1);
	refuses(recipe, "A[ f ] = \"v\"", 1);
}

Test(parse, export_and_unset) {
	cr_assert(only("export A = \"a\"")->exported);
	cr_assert_eq(only("export A")->kind, STMT_EXPORT);
	cr_assert_eq(only("unset A")->kind, STMT_UNSET);
	cr_assert_str_eq(only("unset A[doc]")->flag->p, "doc");
	refuses(recipe, "unset A[d]", 1);                /* one letter is too short for BitBake */
	refuses(recipe, "unset A:o", 1);
	refuses(recipe, "export = \"a\"", 1);
	refuses(recipe, "= \"a\"", 1);
}

Test(parse, continued_lines_join_without_a_blank) {
	struct statements *s = recipe("A = \"a \\\n  b\\\nc\"\nB = \"b\"\n");
	same(s->v[0].value, "a   bc");
	cr_assert_eq(s->v[0].line, 3);
	cr_assert_eq(s->v[1].line, 4);
	s = conf("A = \"a \\\n  b\\\nc\"\nB = \"b\"\n");
	same(s->v[0].value, "a   bc");
	cr_assert_eq(s->v[0].line, 3);
	same(conf("A = \"a\"\\\n")->v[0].value, "a");
	refuses(recipe, "A = \"a\"\\\n", 2);
}

Test(parse, comments) {
	cr_assert_eq(recipe("# a\n\n#b \\\n# c\n   \n")->n, 0u);
	refuses(recipe, "# a \\\nA = \"a\"\n", 1);
	refuses(conf, "# a \\\nA = \"a\"\n", 1);
	refuses(recipe, "A = \"a \\\n# b\\\nc\"\n", 2);
	refuses(conf, "A = \"a \\\n# b\\\nc\n", 3);
	refuses(conf, "  # indented\n", 1);
}

Test(parse, line_ends) {
	struct statements *s = recipe("A = \"a\"  \r\nB = \"b\"\rC = \"c\"");
	cr_assert_eq(s->n, 3u);
	same(s->v[0].value, "a");
	cr_assert_eq(s->v[2].line, 3);
}

Test(parse, functions) {
	struct stmt *t = only("do_a() {\n\techo  a  \n\n\tb }\n}\n");
	cr_assert_eq(t->kind, STMT_FUNCTION);
	cr_assert_eq(t->language, LANGUAGE_SHELL);
	cr_assert_eq(t->line, 1);
	same(t->value, "\techo  a\n\n\tb }\n");
	t = only("fakeroot python do_b:append () {\n    pass\n}\n");
	cr_assert_eq(t->language, LANGUAGE_PYTHON);
	cr_assert(t->fakeroot);
	cr_assert_str_eq(t->name->p, "do_b:append");
	t = only("lua do_c() {\n\tx()\n}\n");
	cr_assert_eq(t->language, LANGUAGE_LUA);
	t = only("lua () {\n}\n");
	cr_assert_null(t->name);
	same(t->value, "");
	cr_assert_null(only("python() {\n}\n")->name);
	cr_assert_eq(only("pythonic() {\n}\n")->language, LANGUAGE_SHELL);
}

Test(parse, blocks) {
	struct statements *s = recipe("def f(d):\n    x\n\n# c\nA = \"a\"\n");
	cr_assert_eq(s->n, 2u);
	cr_assert_eq(s->v[0].language, LANGUAGE_PYTHON_BLOCK);
	same(s->v[0].value, "def f(d):\n    x\n\n# c");
	s = recipe("function f(d, x)\n\tif x then\n\tend\nend\nA = \"a\"\n");
	cr_assert_eq(s->v[0].language, LANGUAGE_LUA_BLOCK);
	same(s->v[0].value, "function f(d, x)\n\tif x then\n\tend\nend");
	cr_assert_eq(s->v[1].line, 5);
	same(only("function f(d) return 1 end\n")->value, "function f(d) return 1 end");
}

Test(parse, open_functions) {
	refuses(recipe, "A = \"a\"\ndo_a() {\n\tx\n", 4);
	refuses(recipe, "do_a() {", 1);
	refuses(recipe, "do_a() {\n\t:\n} # end\n", 4);
	refuses(recipe, "function f(d)\n\tend\n", 3);
	refuses(recipe, "do_a()\n{\n}\n", 1);
}

Test(parse, addtask_splits_as_bitbake_does) {
	struct stmt *t = only("addtask a b before do_z after do_x do_y # comment");
	same(t->value, "a b");
	same(t->task.before, "do_z");
	same(t->task.after, "do_x do_y ");
	t = only("addtask f after do_a before do_z after do_b");
	same(t->task.after, "do_ado_b");
	same(only("deltask a b # c")->value, "a b ");
	refuses(recipe, "addtask", 1);
	refuses(recipe, "addtask do:append_x", 1);
}

Test(parse, directives) {
	cr_assert_eq(only("inherit a b")->op, INHERIT_NOW);
	cr_assert_eq(only("inherit_defer ${A}")->op, INHERIT_DEFERRED);
	cr_assert_eq(only("include a")->op, INCLUDE_OPTIONAL);
	cr_assert_eq(only("require a")->op, INCLUDE_REQUIRED);
	cr_assert_eq(only("include_all a")->op, INCLUDE_ALL);
	cr_assert_eq(only("addhandler h")->kind, STMT_ADDHANDLER);
	cr_assert_eq(only("EXPORT_FUNCTIONS do_a")->kind, STMT_EXPORT_FUNCTIONS);
	same(only("addfragments conf/f L M B")->fragments->metadata, "M");
	cr_assert_eq(conf("addpylib ${LAYERDIR}/lib oe\n")->v[0].kind, STMT_ADDPYLIB);
	refuses(recipe, "addpylib ${LAYERDIR}/lib oe", 1);
	refuses(conf, "inherit a", 1);
	refuses(conf, "addtask a", 1);
	refuses(recipe, "include", 1);
}

Test(parse, dialects_and_class_names) {
	cr_assert_eq(parse_dialect_of(SLICE("a.conf")), PARSE_CONF);
	cr_assert_eq(parse_dialect_of(SLICE("a.inc")), PARSE_RECIPE);
	cr_assert_eq(parse_dialect_of(SLICE("a.txt")), PARSE_NONE);
	struct statements *s = parse_text(a, atom_of("/x/k.bbclass"), SLICE(""), PARSE_RECIPE);
	same(s->class_name, "k");
	cr_assert_eq(recipe("")->class_name.n, 0u);
}
