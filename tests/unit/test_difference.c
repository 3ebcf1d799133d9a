/* difference: of two trees, down to files within archives. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "difference.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-difference-XXXXXX";
static struct differences d;

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	d = (struct differences){ .arena = a };
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(os_mkdirs(in("1")), 0);
	cr_assert_eq(os_mkdirs(in("2")), 0);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(difference, .init = set_up, .fini = tear_down);

/* All files have one time, so that only what a test makes differ does. */
static void put(const char *name, struct slice text) {
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), text, 0644, false), 0);
	cr_assert_eq(utimensat(AT_FDCWD, in(name), times, 0), 0);
}

static void put_both(const char *name, const char *one, const char *other) {
	put(arena_printf(a, "1/%s", name).p, slice_of(one));
	put(arena_printf(a, "2/%s", name).p, slice_of(other));
}

static void compare(void) {
	cr_assert_eq(difference_trees(&d, in("1"), in("2"), in("scratch")), 0);
	cr_expect_not(os_exists(in("scratch")), "the scratch directory is removed");
}

static void expect(size_t i, const char *path, const char *what) {
	cr_assert_gt(d.n, i, "there are only %zu", d.n);
	cr_expect_str_eq(d.v[i].path, path);
	cr_expect_str_eq(d.v[i].what, what);
}

Test(difference, equal_trees_have_none) {
	put_both("a/b", "text", "text");
	put_both("empty", "", "");
	cr_assert_eq(symlink("b", in("1/a/link")), 0);
	cr_assert_eq(symlink("b", in("2/a/link")), 0);
	compare();
	cr_expect_eq(d.n, 0u);
	cr_expect_eq(d.files, 2u);
	cr_expect_eq(d.same, 2u);
}

Test(difference, contents) {
	put_both("a", "one", "owe");
	put_both("b", "one", "one more");
	put_both("c", "", "x");
	put_both("d", "same", "same");
	compare();
	cr_expect_eq(d.n, 3u);
	expect(0, "a", "byte 2 of 3, line 1: \"one\" and \"owe\"");
	expect(1, "b", "byte 4 of 3 and 8, line 1: \"one\" and \"one more\"");
	expect(2, "c", "byte 1 of 0 and 1, line 1: \"\" and \"x\"");
	cr_expect_eq(d.files, 4u);
	cr_expect_eq(d.same, 1u);
}

Test(difference, a_text_is_told_by_its_line) {
	put_both("a", "1\n2\nmade Monday\n4\n", "1\n2\nmade Friday\n4\n");
	compare();
	expect(0, "a", "byte 10 of 18, line 3: \"made Monday\" and \"made Friday\"");
}

Test(difference, long_lines_are_cut_around_the_difference) {
	char one[400], other[400];
	memset(one, 'x', sizeof one - 1);
	one[sizeof one - 1] = '\0';
	strcpy(other, one);
	other[200] = 'y';
	put_both("a", one, other);
	compare();
	cr_assert_eq(d.n, 1u);
	cr_expect_not_null(strstr(d.v[0].what, "byte 201 of 399, line 1: \"…"));
	cr_expect_not_null(strstr(d.v[0].what, "xyx"));
	cr_expect_lt(strlen(d.v[0].what), 240u);
}

Test(difference, bytes_that_are_no_text_are_not_shown) {
	put("1/a", (struct slice){ "\0\1\2", 3 });
	put("2/a", (struct slice){ "\0\1\3", 3 });
	compare();
	expect(0, "a", "byte 3 of 3");
}

Test(difference, names) {
	put("1/gone", SLICE("x"));
	put("2/new/file", SLICE("x"));
	compare();
	cr_expect_eq(d.n, 3u);
	expect(0, "gone", "only in the first");
	expect(1, "new", "only in the second");
	expect(2, "new/file", "only in the second");
	cr_expect_eq(d.files, 2u);
	cr_expect_eq(d.same, 0u);
}

Test(difference, kinds_modes_and_targets) {
	put("1/kind", SLICE("x"));
	cr_assert_eq(os_mkdirs(in("2/kind")), 0);
	put_both("mode", "x", "x");
	cr_assert_eq(chmod(in("2/mode"), 0600), 0);
	cr_assert_eq(symlink("here", in("1/target")), 0);
	cr_assert_eq(symlink("there", in("2/target")), 0);
	compare();
	cr_expect_eq(d.n, 3u);
	expect(0, "kind", "type f and d");
	expect(1, "mode", "mode 644 and 600");
	expect(2, "target", "link to here and there");
}

Test(difference, times) {
	struct timespec later[2] = { { .tv_sec = 1060 }, { .tv_sec = 1060 } };
	put_both("a", "x", "x");
	cr_assert_eq(utimensat(AT_FDCWD, in("2/a"), later, 0), 0);
	compare();
	cr_expect_eq(d.n, 1u);
	expect(0, "a", "time 1000 and 1060");
	cr_expect_eq(d.same, 1u, "its content is");
}

static void pack(const char *tree, const char *file) {
	const char *command = arena_printf(a, "tar -C %s --sort=name --owner=0 --group=0 -cf %s .", in(tree),
		in(file)).p;
	cr_assert_eq(system(command), 0);
}

Test(difference, archives_are_looked_into) {
	put("t1/same", SLICE("x"));
	put("t1/deep/odd", SLICE("1"));
	pack("t1", "1/all.tar");
	put("t1/deep/odd", SLICE("2"));
	pack("t1", "2/all.tar");
	compare();
	cr_expect_eq(d.n, 1u);
	expect(0, "all.tar: deep/odd", "byte 1 of 1, line 1: \"1\" and \"2\"");
}

Test(difference, archives_within_archives_too) {
	put("inner/odd", SLICE("1"));
	put("outer/other", SLICE("x"));
	pack("inner", "outer/in.tar");
	pack("outer", "1/out.tar");
	put("inner/odd", SLICE("2"));
	pack("inner", "outer/in.tar");
	pack("outer", "2/out.tar");
	compare();
	cr_assert_geq(d.n, 1u);
	expect(0, "out.tar: in.tar: odd", "byte 1 of 1, line 1: \"1\" and \"2\"");
}

/* Nothing within differs: then it is how it was packed, at some byte. */
Test(difference, an_archive_packed_in_another_order) {
	put("t/a", SLICE("x"));
	put("t/b", SLICE("y"));
	cr_assert_eq(system(arena_printf(a, "cd %s && tar -cf ../1/all.tar a b && tar -cf ../2/all.tar b a",
		in("t")).p), 0);
	compare();
	cr_assert_eq(d.n, 1u);
	cr_expect_str_eq(d.v[0].path, "all.tar");
	cr_expect(slice_starts(slice_of(d.v[0].what), "byte 1 of "));
}

Test(difference, what_only_has_an_archives_name) {
	put_both("broken.tar.gz", "no archive", "nor this one");
	compare();
	cr_assert_eq(d.n, 1u);
	cr_expect_str_eq(d.v[0].path, "broken.tar.gz");
}

Test(difference, a_tree_that_is_not_there) {
	cr_expect_eq(difference_trees(&d, in("1"), in("absent"), in("scratch")), -1);
	cr_expect_eq(difference_trees(&d, in("absent"), in("1"), in("scratch")), -1);
}

Test(difference, many) {
	for (int i = 0; i < 100; i++)
		put(arena_printf(a, "1/file%02d", i).p, SLICE("x"));
	compare();
	cr_expect_eq(d.n, 100u);
	expect(99, "file99", "only in the first");
}
