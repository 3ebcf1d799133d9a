/* sig: what a task's hash covers. The lists are those BitBake 2.19 gives for the same metadata. */
#include <criterion/criterion.h>
#include <string.h>

#include "data.h"
#include "inline.h"
#include "lib.h"
#include "lua.h"
#include "map.h"
#include "sig.h"
#include "util.h"

static struct arena *a;
static struct data *d;

static void set(const char *name, const char *value) {
	data_set(d, atom_of(name), slice_of(value));
}

static void flag(const char *name, const char *flag_name, const char *value) {
	data_set_flag(d, atom_of(name), atom_of(flag_name), slice_of(value));
}

static void shell(const char *name, const char *body) {
	set(name, body);
	flag(name, "func", "1");
}

static void set_up(void) {
	lib_init();
	a = arena_new();
	d = data_new(a);
	data_set_inline(d, inline_hooks());
	set("FEAT", "x y z");
	set("A", "a ${B}");
	set("B", "b");
	set("H", "h");
}

static void tear_down(void) {
	arena_free(a);
	lua_shutdown();
}

TestSuite(sig, .init = set_up, .fini = tear_down);

static const char *vars(const char *task) {
	struct sig_task t;
	struct slices list = {0};
	sig_task(sig_new(d), atom_of(task), true, &t);
	cr_assert_eq(t.hash.n, 64u);
	for (size_t i = 0; i < t.count; i++)
		slices_add(a, &list, atom_slice(t.vars[i]));
	return slices_join(a, &list, " ").p;
}

static const char *hash(const char *task) {
	struct sig_task t;
	sig_task(sig_new(d), atom_of(task), false, &t);
	return arena_str(a, t.hash);
}

/* The hash of do_a before and after a change: is it another one? */
static bool changes(const char *name, const char *value) {
	const char *before = hash("do_a");
	set(name, value);
	return strcmp(before, hash("do_a")) != 0;
}

Test(sig, variables_are_followed) {
	shell("do_a", "\techo ${A} ${UNSET}\n");
	cr_expect_str_eq(vars("do_a"), "A B UNSET");
	cr_expect(changes("B", "other"));
	cr_expect_not(changes("H", "other"));
}

Test(sig, functions_a_shell_body_calls_count) {
	shell("f1", "\tf2 ${H}\n");
	shell("f2", "\t:\n");
	shell("do_a", "\tif x; then f1 | cat; fi\n");
	cr_expect_str_eq(vars("do_a"), "H f1 f2");
	cr_expect(changes("f2", "\ttrue\n"));
}

Test(sig, contains_counts_by_its_answer) {
	set("C", "${@bb.utils.contains('FEAT', 'x', '${H}', 'no', d)}");
	shell("do_a", "\techo ${C}\n");
	cr_expect_str_eq(vars("do_a"), "C H");
	cr_expect_not(changes("FEAT", "x other"));
	cr_expect(changes("FEAT", "other"));
}

Test(sig, inline_code_counts_by_its_literals) {
	set("E", "${@(d.getVar('B') or '') + (d.getVarFlag('E2', 'f') or '')}");
	flag("E2", "f", "${H}");
	shell("do_a", "\techo ${E}\n");
	cr_expect_str_eq(vars("do_a"), "B E E2[f] H");
}

Test(sig, vardeps_and_their_kin) {
	set("K", "${A} ${H}");
	flag("K", "vardepsexclude", "A");
	flag("K", "vardeps", "B MORE");
	set("L", "${A}");
	flag("L", "vardepvalue", "${H}");
	shell("do_a", "\techo ${K} ${L}\n");
	cr_expect_str_eq(vars("do_a"), "B H K L MORE");
	cr_expect_not(changes("L", "${A} and more"));
}

Test(sig, vardepvalueexclude_cuts_text_out) {
	set("M", "m1 ${H} m3");
	flag("M", "vardepvalueexclude", "| m3|m1 ");
	shell("do_a", "\techo ${M}\n");
	cr_expect_not(changes("M", "${H} m3"));
	cr_expect(changes("M", "${H} m4"));
}

Test(sig, ignored_variables_do_not_count) {
	set("BB_BASEHASH_IGNORE_VARS", "B H");
	shell("do_a", "\techo ${A} ${H}\n");
	cr_expect_str_eq(vars("do_a"), "A");
	cr_expect_not(changes("B", "other"));
}

Test(sig, exports_count_for_shell_only) {
	set("EX", "${H}");
	flag("EX", "export", "1");
	set("NOT", "x");
	flag("NOT", "export", "1");
	flag("NOT", "unexport", "1");
	shell("do_a", "\t:\n");
	shell("do_b", "\td:getVar('B')\n");
	flag("do_b", "lua", "1");
	cr_expect_str_eq(vars("do_a"), "EX H");
	cr_expect_str_eq(vars("do_b"), "B");
}

Test(sig, flags_count_when_exclusions_are_given) {
	set("BB_SIGNATURE_EXCLUDE_FLAGS", "func doc");
	shell("do_a", "\techo ${A}\n");
	flag("do_a", "network", "1 ${H}");
	flag("A", "doc", "x");
	cr_expect_str_eq(vars("do_a"), "A B H do_a[network]");
}

Test(sig, removes_count_when_they_take_something_out) {
	data_assign(d, atom_of("P"), SLICE("one two"));
	data_assign(d, atom_of("P:remove"), SLICE("two ${H}"));
	data_assign(d, atom_of("Q"), SLICE("one two"));
	data_assign(d, atom_of("Q:remove"), SLICE("three ${B}"));
	shell("do_a", "\techo ${P} ${Q}\n");
	cr_expect_str_eq(vars("do_a"), "H P Q");
}

Test(sig, lua_bodies_are_read_for_literals) {
	shell("helper", "function helper(d)\n\treturn d:getVar(\"H\")\nend");
	flag("helper", "lua", "1");
	shell("do_a", "\tlocal x = d:getVar('A') -- d:getVar('COMMENT')\n"
		"\tlocal s = \"d:getVar('STRING')\"\n"
		"\tif bb.utils.contains(\"FEAT\", 'x', true, false, d) then helper(d) end\n"
		"\td:getVarFlag('do_a', 'dirs')\n\td:getVar(\"V_\" .. x)\n");
	flag("do_a", "lua", "1");
	cr_expect_str_eq(vars("do_a"), "A B H do_a[dirs] helper");
}

Test(sig, prefuncs_and_postfuncs_count) {
	shell("f1", "\techo ${H}\n");
	shell("do_a", "\t:\n");
	flag("do_a", "prefuncs", "f1");
	cr_expect_str_eq(vars("do_a"), "H f1");
}

Test(sig, recursion_and_failing_code_are_raised) {
	static const char *const bad[] = { "${W}", "${@1 / 0}", "${@nothing}", NULL };
	set("W", "${V}");
	shell("do_a", "\techo ${V}\n");
	for (int i = 0; bad[i]; i++) {
		struct trap trap;
		struct sig_task t;
		set("V", bad[i]);
		if (TRAP(&trap)) {
			sig_task(sig_new(d), atom_of("do_a"), false, &t);
			trap_end(&trap);
			cr_expect(false, "%s was hashed", bad[i]);
		}
	}
}

Test(sig, what_needs_a_python_function_counts_as_text) {
	set("BAD", "${@missing_function(d)} ${B}");
	shell("do_a", "\techo ${BAD} ${H}\n");
	cr_expect_str_eq(vars("do_a"), "B BAD H");
	cr_expect(changes("B", "other"));
}

Test(sig, loops_end) {
	shell("f", "\tg\n");
	shell("g", "\tf\n");
	shell("do_a", "\tf\n");
	cr_expect_str_eq(vars("do_a"), "f g");
	cr_expect_str_eq(vars("f"), "f g");
}

Test(sig, a_task_without_text_has_a_hash) {
	flag("do_a", "noexec", "1");
	cr_expect_str_eq(vars("do_a"), "");
}

Test(sig, another_recipes_equal_variable_hashes_equally) {
	shell("do_a", "\techo ${A}\n");
	const char *one = hash("do_a");
	set("A", "changed");
	hash("do_a");
	set("A", "a ${B}");
	cr_expect_str_eq(hash("do_a"), one);
}

Test(sig, a_dump_has_a_line_a_variable) {
	struct buf out = { .arena = a };
	shell("do_a", "\techo ${A} ${UNSET}\n");
	sig_dump(sig_new(d), atom_of("do_a"), &out);
	cr_expect_str_eq(
			buf_slice(&out).p, "do_a \\techo ${A} ${UNSET}\\n\nA a ${B}\nB b\nUNSET\n");
}
