/* What two signature data differ in. */
#include <criterion/criterion.h>
#include <string.h>

#include "sigdiff.h"
#include "util.h"

static struct arena *a;
static struct sigchange *v;
static size_t n;

static void setup(void) {
	a = arena_new();
}

static void teardown(void) {
	arena_free(a);
}

TestSuite(sigdiff, .init = setup, .fini = teardown);

static void compare(const char *old, const char *new) {
	v = sigdiff(a, slice_of(old), slice_of(new), &n);
}

Test(sigdiff, equal_data_do_not_differ) {
	compare("@base 1\nA a\nB\n", "@base 1\nB\nA a\n");
	cr_expect_eq(n, 0u);
}

Test(sigdiff, a_variable_is_new_gone_or_changed) {
	compare("@base 1\nA a\nB b\nC\n", "@base 2\nA z\nC\nD d\n");
	cr_assert_eq(n, 3u);
	cr_expect(slice_is(v[0].name, "A") && slice_is(v[0].was, "a") && slice_is(v[0].now, "z"));
	cr_expect(slice_is(v[1].name, "B") && v[1].before && !v[1].after);
	cr_expect(slice_is(v[2].name, "D") && !v[2].before && v[2].after);
}

Test(sigdiff, unset_is_not_empty) {
	compare("A\n", "A \n");
	cr_assert_eq(n, 1u);
	cr_expect(v[0].before && v[0].was.p == NULL && v[0].now.p && v[0].now.n == 0);
}

Test(sigdiff, values_are_unescaped) {
	compare("do_a one\\n\\ttwo\n", "do_a one\\\\n\n");
	cr_assert_eq(n, 1u);
	cr_expect(slice_is(v[0].was, "one\n\ttwo"));
	cr_expect(slice_is(v[0].now, "one\\n"));
}

Test(sigdiff, dependencies_come_last_and_count_as_they_were_seen) {
	compare("@dep/a:do_x 1 1\n@dep/b:do_x 2 2\nZ z\n", "@dep/a:do_x 3 3\n@dep/b:do_x 2 4\nZ y\n");
	cr_assert_eq(n, 2u);
	cr_expect_eq(v[0].kind, SIGCHANGE_VARIABLE);
	cr_expect_eq(v[1].kind, SIGCHANGE_DEPENDENCY);
	cr_expect(slice_is(v[1].name, "a:do_x"));
}

Test(sigdiff, without_the_variables_of_one_side_only_the_base_differs) {
	compare("@base 1\n", "@base 2\nA a\nB b\n");
	cr_assert_eq(n, 1u);
	cr_expect_eq(v[0].kind, SIGCHANGE_BASE);
	compare("@base 1\nA a\n", "@base 1\n");
	cr_expect_eq(n, 0u);
}

Test(sigdiff, a_file_the_compiler_and_force) {
	compare("@file/x.patch 1\n@compiler gcc 12\n", "@file/x.patch 2\n@compiler gcc 13\n@taint 5\n");
	cr_assert_eq(n, 3u);
	cr_expect_eq(v[0].kind, SIGCHANGE_COMPILER);
	cr_expect_eq(v[1].kind, SIGCHANGE_FILE);
	cr_expect(slice_is(v[1].name, "x.patch"));
	cr_expect_eq(v[2].kind, SIGCHANGE_FORCED);
}

Test(sigdiff, the_flags_of_what_came_or_went_go_without_saying) {
	compare("A a\nA[func] 1\nB[x] 1\nB b\n", "B b\nB[x] 2\n");
	cr_assert_eq(n, 2u);
	cr_expect(slice_is(v[0].name, "A") && slice_is(v[1].name, "B[x]"));
}
