/* Unified diffs, as diff -u would print them. */
#include <criterion/criterion.h>

#include "diff.h"
#include "util.h"

static void expect(const char *old, const char *new, size_t context, size_t changed,
		const char *hunks) {
	struct buf out = { 0 };
	cr_expect_eq(diff_unified(&out, slice_of(old), slice_of(new), context), changed);
	cr_expect_str_eq(out.p ? out.p : "", hunks);
	buf_free(&out);
}

Test(diff, equal_texts_have_none) {
	expect("a\nb\n", "a\nb\n", 3, 0, "");
	expect("", "", 3, 0, "");
}

Test(diff, a_changed_line_with_context) {
	expect("1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n", 1, 2, "@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n");
}

Test(diff, lines_added_to_nothing_and_taken_away) {
	expect("", "a\nb\n", 3, 2, "@@ -0,0 +1,2 @@\n+a\n+b\n");
	expect("a\nb\n", "", 3, 2, "@@ -1,2 +0,0 @@\n-a\n-b\n");
}

Test(diff, changes_far_apart_are_hunks_of_their_own) {
	expect("a\n1\n2\n3\nb\n", "x\n1\n2\n3\ny\n", 1, 4,
			"@@ -1,2 +1,2 @@\n-a\n+x\n 1\n@@ -4,2 +4,2 @@\n 3\n-b\n+y\n");
}

Test(diff, changes_near_each_other_are_one_hunk) {
	expect("a\n1\n2\nb\n", "x\n1\n2\ny\n", 1, 4, "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n-b\n+y\n");
}

Test(diff, common_lines_in_the_middle_stay) {
	expect("a\nk\nb\n", "x\nk\ny\nz\n", 0, 5,
			"@@ -1,1 +1,1 @@\n-a\n+x\n@@ -3,1 +3,2 @@\n-b\n+y\n+z\n");
}
