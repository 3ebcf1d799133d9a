/* os: whole files, trees, locks, each in a directory of its own. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-os-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
}
static void tear_down(void) {
	cr_assert_eq(os_remove(top), 0);
	arena_free(a);
}
TestSuite(os, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

Test(os, a_file_is_written_whole_or_not_at_all) {
	put("x", "one");
	put("x", "two");
	holds("x", "two");
	cr_assert_eq(os_write(in("missing/x"), SLICE("t"), 0644, false), -1);
	cr_assert_eq(errno, ENOENT);
	struct slices names = { 0 };
	cr_assert_eq(os_list(a, top, &names), 0);
	cr_assert_eq(names.n, 1u, "no temporary file stays");
}

Test(os, files_without_a_size_are_read_to_their_end) {
	struct slice text;
	cr_assert_eq(os_read(a, "/proc/self/status", &text), 0);
	cr_assert(slice_starts(text, "Name:"));
	cr_assert_eq(os_read(a, top, &text), -1);
	cr_assert_eq(errno, EISDIR);
}

Test(os, a_walk_is_sorted_with_directories_first) {
	put("d/b/f", "1");
	put("d/b-c", "22");
	cr_assert_eq(symlink("b-c", in("d/link")), 0);
	struct os_entry *e;
	size_t n;
	cr_assert_eq(os_walk(a, in("d"), &e, &n), 0);
	cr_assert_eq(n, 4u);
	cr_assert_str_eq(e[0].path, "b");
	cr_assert_str_eq(e[1].path, "b-c");
	cr_assert_eq(e[1].size, 2u);
	cr_assert_str_eq(e[2].path, "b/f");
	cr_assert_str_eq(e[3].target, "b-c");
}

Test(os, a_tree_is_removed_even_when_read_only) {
	put("ro/sub/f", "x");
	chmod(in("ro/sub"), 0500);
	chmod(in("ro"), 0500);
	cr_assert_eq(os_remove(in("ro")), 0);
	cr_assert_not(os_exists(in("ro")));
	cr_assert_eq(os_remove(in("never-there")), 0);
}

Test(os, a_tree_is_removed_however_deep) {
	enum { DEEP = 3000 };
	int fd = open(top, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < DEEP; i++) {
		cr_assert_eq(mkdirat(fd, "d", 0755), 0);
		int below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		if (i % 150 == 0)
			cr_assert_eq(symlinkat("/", below, "link"), 0);
		close(fd);
		fd = below;
	}
	close(fd);
	cr_assert_eq(os_remove(in("d")), 0);
	cr_assert_not(os_exists(in("d")));
}

static ino_t inode(const char *name) {
	struct stat st;
	cr_assert_eq(lstat(in(name), &st), 0);
	return st.st_ino;
}

Test(os, copies_link_or_copy_and_merge) {
	put("from/d/f", "new");
	chmod(in("from/d/f"), 0755);
	cr_assert_eq(symlink("../nowhere", in("from/d/l")), 0);
	put("to/d/f", "old");
	put("to/kept", "k");
	cr_assert_eq(os_copy_tree(in("from"), in("to"), true), 0);
	cr_assert_eq(inode("from/d/f"), inode("to/d/f"));
	cr_assert_eq(os_copy_tree(in("from"), in("to"), false), 0);
	cr_assert_neq(inode("from/d/f"), inode("to/d/f"));
	holds("to/d/f", "new");
	holds("to/kept", "k");
	cr_assert_eq(access(in("to/d/f"), X_OK), 0);
	cr_assert(os_exists(in("to/d/l")) && !os_is_file(in("to/d/l")));
}

Test(os, paths_are_joined_and_made_absolute) {
	cr_assert_str_eq(os_absolute(a, "/a/./b//../c/"), "/a/c");
	cr_assert_str_eq(os_absolute(a, "/.."), "/");
	cr_assert(slice_is(os_path(a, SLICE("/a"), SLICE("b")), "/a/b"));
	cr_assert(slice_is(os_path(a, SLICE("/a"), SLICE("/b")), "/b"));
	cr_assert(slice_is(os_dirname(SLICE("/a/b")), "/a"));
	cr_assert(slice_is(os_dirname(SLICE("/a")), "/"));
	cr_assert(slice_is(os_basename(SLICE("/a/b.bb")), "b.bb"));
}

Test(os, what_stays_below_a_directory) {
	const char *dir = in("d"), *link = in("d/link"), *inner = in("d/inner");
	cr_assert_eq(os_mkdirs(in("d/e")), 0);
	cr_assert_eq(os_mkdirs(in("other")), 0);
	cr_assert_eq(symlink("../other", link), 0);
	cr_assert_eq(symlink("e", inner), 0);
	cr_expect(os_stays_below(a, dir, dir));
	cr_expect(os_stays_below(a, dir, in("d/e/not/there")));
	cr_expect(os_stays_below(a, dir, in("d/inner/x")));
	cr_expect_not(os_stays_below(a, dir, in("d/link")));
	cr_expect_not(os_stays_below(a, dir, in("d/link/x/y")));
	cr_expect_not(os_stays_below(a, dir, in("d-other")));
	cr_expect_not(os_stays_below(a, dir, top));
}

Test(os, globs_are_sorted_and_may_be_empty) {
	put("g/b.bb", "");
	put("g/a.bb", "");
	struct slices paths = { 0 };
	cr_assert_eq(os_glob(a, in("g/*.bb"), &paths), 0);
	cr_assert_eq(paths.n, 2u);
	cr_assert(slice_ends(paths.v[0], "g/a.bb"));
	cr_assert_eq(os_glob(a, in("none/*.bb"), &paths), 0);
	cr_assert_eq(paths.n, 2u);
}

Test(os, a_lock_is_held_by_one) {
	int fd = os_lock(in("lock"), false);
	cr_assert_geq(fd, 0);
	cr_assert_eq(os_lock(in("lock"), false), -1);
	cr_assert_eq(errno, EWOULDBLOCK);
	close(fd);
	fd = os_lock(in("lock"), true);
	cr_assert_geq(fd, 0);
	close(fd);
}
