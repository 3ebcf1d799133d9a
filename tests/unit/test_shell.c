/* shell: the commands of a body. The answers are those of BitBake's own reader. */
#include <criterion/criterion.h>

#include "map.h"
#include "shell.h"
#include "util.h"

static struct arena *a;

static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(shell, .init = set_up, .fini = tear_down);

static const char *commands(const char *body) {
	struct map names = { .arena = a };
	struct slices list = {0};
	size_t count;
	shell_commands(slice_of(body), &names);
	const struct atom **sorted = map_sorted(&names, a, &count);
	for (size_t i = 0; i < count; i++)
		slices_add(a, &list, atom_slice(sorted[i]));
	return slices_join(a, &list, " ").p;
}

static const struct { const char *body, *want;
} bodies[] = {
	{ "a b; c | d && e || f & g", "a c d e f g" },
	{ "a b\nc # d\n# e\nf \\\n g", "a c f" },
	{ "A=1 B=2 a x", "a" },
	{ "A=1", "" },
	{ "A+=1 a", "a" },
	{ "A=$(a b) c", "a" },
	{ "A=\"x $(a)\" b", "a" },
	{ "a $(b) `c` \"$(d)\" '$(e)'", "a b c d" },
	{ "a \"x `b \\`c\\``\"", "a b c" },
	{ "${X} a", "" },
	{ "$X; ${@y}; a", "a" },
	{ "a${X} b", "a${X}" },
	{ "\"a\" b", "\"a\"" },
	{ "x=${y:-$(a)}; b \"${y:-`c`}\"", "b" },
	{ "if a; then b; elif c; then d; else e; fi", "a b c d e" },
	{ "while a; do b; done < c; until d; do e; done", "a b d e" },
	{ "for i in a $(b); do c $i; done", "b c" },
	{ "! a | b", "a b" },
	{ "case $(a) in b|c) d;; (e) f;; *) g; esac; h", "d f g h" },
	{ "case x in\na|b)\n\tc\n\t;;\nesac\nd", "c d" },
	{ "case a in b) case c in d) e;; esac;; esac; f", "e f" },
	{ "( a; b ) > c; { d; } 2>&1", "a b d" },
	{ "f() { a; }\nf; g () ( b )\ng", "a b" },
	{ "eval a b; eval $X; eval \"c\"", "\"c\" a" },
	{ ". ./x; exec a; command b; time c", ". command exec time" },
	{ "[ -n x ] && a; [[ x ]]; test -n y", "[ [[ a test" },
	{ "a <<X\nb\n$(c)\nX\nd", "a d" },
	{ "a <<-'X' | b\n\tc\n\tX\nd", "a b d" },
	{ "a > b 2>&1 < c d; >e f; 2>g h", "a f h" },
	{ "a $(b $(c) | d)", "a b c d" },
	{ "a=b=c d", "d" },
	{ "\"x\"=b a", "a" },
	{ "", "" },
	{ "\n\t\n", "" },
	{ ")", "" },
	{ "a ) b", "a b" },
	{ "done fi }; a", "a" },
	{ "a 'b", "a" },
	{ "a \"b", "a" },
	{ "$(a", "" },
	{ "`a", "" },
	{ "case", "" },
	{ "for", "" },
	{ "f(", "f" },
	{ "a <<", "a" },
	{ "a <<X\nb", "a" },
	{ "${", "" },
	{ "\\", "\\" },
};

Test(shell, commands_are_those_bitbake_finds) {
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		cr_expect_str_eq(commands(bodies[i].body), bodies[i].want, "%s: %s", bodies[i].body,
				commands(bodies[i].body));
}

Test(shell, deep_nesting_ends) {
	struct buf b = { .arena = a };
	for (int i = 0; i < 200000; i++)
		buf_adds(&b, i % 2 ? "$(" : "(");
	commands(buf_slice(&b).p);
}
