/* pack: trees out and back, and the same bytes for the same trees. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "os.h"
#include "pack.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-pack-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(pack, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text, mode_t mode) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), mode, false), 0);
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

static void date(const char *name, time_t seconds) {
	struct timespec t[2] = { { seconds, 123 }, { seconds, 456 } };
	cr_assert_eq(utimensat(AT_FDCWD, in(name), t, AT_SYMLINK_NOFOLLOW), 0);
}

static void make_tree(const char *top_name) {
	const char *f = arena_printf(a, "%s/sub/f", top_name).p;
	put(f, "text", 0644);
	put(arena_printf(a, "%s/empty", top_name).p, "", 0600);
	put(arena_printf(a, "%s/run", top_name).p, "#!", 04755);
	cr_assert_eq(chmod(in(arena_printf(a, "%s/run", top_name).p), 04755), 0);
	cr_assert_eq(link(in(f), in(arena_printf(a, "%s/twin", top_name).p)), 0);
	cr_assert_eq(symlink("/nowhere", in(arena_printf(a, "%s/link", top_name).p)), 0);
	static const char *const names[] = { "sub/f", "empty", "run", "link", "sub", "." };
	for (size_t i = 0; i < 6; i++)
		date(arena_printf(a, "%s/%s", top_name, names[i]).p, 1234567890);
}

static struct pack_content write_one(const char *file, const char *dir) {
	struct pack_content c;
	struct pack_tree t = { "tree", in(dir) };
	cr_assert_eq(pack_write(in(file), &t, 1, "a note", &c), 0);
	return c;
}

Test(pack, there_and_back) {
	struct pack_content c, back, recorded;
	const char *why;
	make_tree("x");
	put("y/other", "second tree", 0644);
	struct pack_tree t[] = { { "one", in("x") }, { "two", in("y") }, { "none", in("absent") } };
	cr_assert_eq(pack_write(in("p.tar.zst"), t, 3, "x:do_y", &c), 0);
	struct pack_tree u[] = { { "one", in("u") }, { "two", in("v") }, { "none", in("w") } };
	cr_assert_eq(pack_read(in("p.tar.zst"), u, 3, &back, &why), 0, "%s", why);
	cr_assert_str_eq(c.hash, back.hash);
	cr_assert_eq(c.bytes, back.bytes);
	cr_assert_eq(pack_recorded(in("p.tar.zst"), &recorded), 0);
	cr_assert_str_eq(c.hash, recorded.hash);
	cr_assert_eq(c.bytes, recorded.bytes);
	holds("u/sub/f", "text");
	holds("v/other", "second tree");
	cr_assert(os_is_dir(in("w")));
	struct stat f, twin, st;
	cr_assert(stat(in("u/sub/f"), &f) == 0 && stat(in("u/twin"), &twin) == 0);
	cr_assert_eq(f.st_ino, twin.st_ino);
	cr_assert_eq(f.st_mtime, 1234567890);
	cr_assert(stat(in("u/sub"), &st) == 0 && st.st_mtime == 1234567890);
	cr_assert(stat(in("u/run"), &st) == 0);
	cr_assert_eq(st.st_mode & 07777, 04755u);
	cr_assert_eq(readlink(in("u/link"), (char[100]){ 0 }, 100), 8);
}

Test(pack, the_same_trees_give_the_same_bytes) {
	char one[HASH_HEX], two[HASH_HEX];
	make_tree("x");
	usleep(20000);
	make_tree("y");
	struct pack_content c = write_one("x.tar.zst", "x"), d = write_one("y.tar.zst", "y");
	cr_assert_str_eq(c.hash, d.hash);
	cr_assert_eq(hash_file(HASH_SHA256, in("x.tar.zst"), one), 0);
	cr_assert_eq(hash_file(HASH_SHA256, in("y.tar.zst"), two), 0);
	cr_assert_str_eq(one, two);
	cr_assert_eq(chmod(in("y/empty"), 0644), 0);
	d = write_one("y.tar.zst", "y");
	cr_assert_str_neq(c.hash, d.hash, "a mode counts");
}

Test(pack, other_tools_read_it) {
	make_tree("x");
	write_one("x.tar.zst", "x");
	cr_assert_eq(system(arena_printf(a, "cd %s && mkdir z && tar --zstd -xf x.tar.zst -C z", top).p), 0);
	holds("z/tree/sub/f", "text");
}

Test(pack, names_of_any_kind) {
	struct buf b = { .arena = a };
	buf_adds(&b, "x/");
	for (int i = 0; i < 40; i++)
		buf_adds(&b, "long-name/");
	buf_adds(&b, "\xc3\xbc");
	put(b.p, "deep", 0644);
	put("x/latin-\xfc", "bytes", 0644);
	put("x/ two\nlines", "odd", 0644);
	write_one("x.tar.zst", "x");
	struct pack_content c;
	const char *why;
	struct pack_tree t = { "tree", in("y") };
	cr_assert_eq(pack_read(in("x.tar.zst"), &t, 1, &c, &why), 0, "%s", why);
	b.p[0] = 'y';
	holds(b.p, "deep");
	holds("y/latin-\xfc", "bytes");
	holds("y/ two\nlines", "odd");
}

Test(pack, unreadable_files_are_packed_too) {
	make_tree("x");
	cr_assert_eq(chmod(in("x/empty"), 0), 0);
	cr_assert_eq(chmod(in("x/sub/f"), 0111), 0);
	struct pack_content c = write_one("x.tar.zst", "x"), d;
	const char *why;
	struct stat st;
	cr_assert(stat(in("x/sub/f"), &st) == 0 && (st.st_mode & 07777) == 0111);
	struct pack_tree t = { "tree", in("y") };
	cr_assert_eq(pack_read(in("x.tar.zst"), &t, 1, &d, &why), 0, "%s", why);
	cr_assert_str_eq(c.hash, d.hash);
	cr_assert(stat(in("y/sub/f"), &st) == 0 && (st.st_mode & 07777) == 0111);
}

Test(pack, failures) {
	struct pack_content c;
	const char *why;
	make_tree("x");
	cr_assert_eq(mkfifo(in("x/pipe"), 0600), 0);
	struct pack_tree t = { "tree", in("x") };
	cr_assert_eq(pack_write(in("p.tar.zst"), &t, 1, "", &c), -1);
	cr_assert_not(os_exists(in("p.tar.zst")), "nothing half-written stays");
	cr_assert_eq(unlink(in("x/pipe")), 0);
	cr_assert_eq(pack_write(in("missing/p"), &t, 1, "", &c), -1);
	write_one("p.tar.zst", "x");
	cr_assert_eq(pack_read(in("absent"), &t, 1, &c, &why), -1);
	put("bad", "this is no archive", 0644);
	cr_assert_eq(pack_read(in("bad"), &t, 1, &c, &why), -1);
	cr_assert_eq(pack_recorded(in("bad"), &c), -1);
}

Test(pack, damage_shows_in_the_content) {
	struct pack_content c = { 0 }, recorded;
	const char *why;
	struct buf b = { .arena = a };
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "%d ", i * 7919 % 10007);
	put("x/f", b.p, 0644);
	write_one("p.tar.zst", "x");
	int fd = open(in("p.tar.zst"), O_RDWR);
	cr_assert_eq(pwrite(fd, "\x55\xaa\x55", 3, 3000), 3);
	close(fd);
	struct pack_tree t = { "tree", in("y") };
	int rc = pack_read(in("p.tar.zst"), &t, 1, &c, &why);
	cr_assert_eq(pack_recorded(in("p.tar.zst"), &recorded), 0);
	cr_assert(rc == -1 || strcmp(c.hash, recorded.hash) != 0);
}
