/* store: artefacts in and out, damaged ones, several processes at once. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"
#include "store.h"
#include "util.h"

#define HASH "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

static struct arena *a;
static struct store *store;
static char top[] = "/tmp/test-store-XXXXXX";
static char said[1000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level;
	strncpy(said, text, sizeof said - 1);
}

static struct store *open_with(const char *key, const struct slices *trusted) {
	struct store_options o = { .dir = in("store"), .signing_key = key, .verify_keys = trusted,
		.engine = "bake test" };
	return store_open(a, &o);
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	message_sink(hear, NULL);
	store = open_with(NULL, NULL);
	cr_assert_not_null(store);
}
static void tear_down(void) {
	message_sink(NULL, NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(store, .init = set_up, .fini = tear_down);

static void put_file(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

static struct store_entry entry(void) {
	static const char *names[2], *dirs[2];
	names[0] = "image";
	names[1] = "data";
	dirs[0] = in("x/image");
	dirs[1] = in("x/data");
	return (struct store_entry){ .hash = HASH, .id = "zlib:do_install", .names = names,
		.dirs = dirs, .count = 2, .newest = 1600000000 };
}

static void make_trees(void) {
	put_file("x/image/usr/lib/libz.so", "machine code");
	put_file("x/data/list", "libz");
}

static int put(struct slice *content) {
	struct store_entry e = entry();
	return store_put(store, &e, content);
}

static int get(struct slice *content) {
	struct store_entry e = entry();
	return store_get(store, &e, content);
}

Test(store, in_and_out) {
	struct slice one, two;
	make_trees();
	cr_assert_not(store_has(store, HASH));
	cr_assert_null(store_content(store, HASH).p);
	cr_assert_eq(put(&one), 0, "%s", said);
	cr_assert(store_has(store, HASH));
	cr_assert(slice_eq(one, store_content(store, HASH)));
	put_file("x/image/stale", "from another build");
	os_remove(in("x/data"));
	cr_assert_eq(get(&two), 0, "%s", said);
	cr_assert(slice_eq(one, two));
	holds("x/image/usr/lib/libz.so", "machine code");
	holds("x/data/list", "libz");
	cr_assert_not(os_exists(in("x/image/stale")), "trees are replaced, not merged");
	struct slices left = { 0 };
	cr_assert_eq(os_list(a, in("x"), &left), 0);
	cr_assert_eq(left.n, 2u, "nothing temporary stays");
}

Test(store, built_and_restored_trees_have_the_same_dates) {
	struct slice content;
	struct stat st;
	make_trees();
	struct timespec old[2] = { { .tv_sec = 1500000000 }, { .tv_sec = 1500000000 } };
	cr_assert_eq(utimensat(AT_FDCWD, in("x/data/list"), old, 0), 0);
	cr_assert_eq(put(&content), 0);
	for (int restored = 0; restored < 2; restored++) {
		cr_assert(stat(in("x/image/usr/lib/libz.so"), &st) == 0 && st.st_mtime == 1600000000);
		cr_assert(stat(in("x/image/usr"), &st) == 0 && st.st_mtime == 1600000000);
		cr_assert(stat(in("x/data/list"), &st) == 0 && st.st_mtime == 1500000000);
		cr_assert_eq(get(&content), 0);
	}
}

Test(store, the_content_does_not_depend_on_when_or_where) {
	struct slice one, two;
	make_trees();
	cr_assert_eq(put(&one), 0);
	os_remove(in("x"));
	usleep(10000);
	make_trees();
	cr_assert_eq(put(&two), 0);
	cr_assert(slice_eq(one, two));
	put_file("x/data/list", "libzz");
	cr_assert_eq(put(&two), 0);
	cr_assert_not(slice_eq(one, two));
}

static const char *file(void) { return in("store/ab/" HASH ".tar.zst"); }

Test(store, a_damaged_artefact_is_set_aside) {
	struct slice content;
	make_trees();
	cr_assert_eq(put(&content), 0);
	int fd = open(file(), O_RDWR);
	cr_assert_eq(pwrite(fd, "\xff\xff\xff\xff", 4, 60), 4);
	close(fd);
	cr_assert_eq(get(&content), -1);
	cr_assert_not_null(strstr(said, "damaged"), "%s", said);
	cr_assert_not(store_has(store, HASH));
	cr_assert(os_exists(in("store/ab/" HASH ".tar.zst.bad")));
	holds("x/data/list", "libz");
}

Test(store, so_is_one_cut_short) {
	struct slice content;
	make_trees();
	cr_assert_eq(put(&content), 0);
	cr_assert_eq(truncate(file(), 100), 0);
	cr_assert_eq(get(&content), -1);
	cr_assert_not(store_has(store, HASH));
}

Test(store, an_artefact_is_not_blamed_for_the_disk) {
	struct slice content;
	make_trees();
	cr_assert_eq(put(&content), 0);
	os_remove(in("x"));
	put_file("x", "a file where a directory must be");
	cr_assert_eq(get(&content), -1);
	cr_assert(store_has(store, HASH), "%s", said);
}

Test(store, what_cannot_be_kept_is_said_and_leaves_nothing) {
	struct slice content;
	make_trees();
	put_file("store/ab", "in the way");
	cr_assert_eq(put(&content), -1);
	cr_assert_not_null(strstr(said, "zlib:do_install: cannot be kept"), "%s", said);
	os_remove(in("store"));
	put_file("store", "a file");
	cr_assert_null(open_with(NULL, NULL));
}

Test(store, absent_trees_are_empty_ones) {
	struct slice content;
	put_file("x/data/list", "libz");
	cr_assert_eq(put(&content), 0);
	cr_assert_eq(get(&content), 0);
	cr_assert(os_is_dir(in("x/image")));
}

Test(store, many_at_once) {
	struct slice content;
	make_trees();
	for (int i = 0; i < 6; i++)
		if (fork() == 0) {
			for (int k = 0; k < 5; k++)
				if (put(&content))
					_exit(1);
			_exit(0);
		}
	for (int i = 0, status; i < 6; i++) {
		wait(&status);
		cr_assert_eq(status, 0);
	}
	cr_assert_eq(get(&content), 0, "%s", said);
	struct slices left = { 0 };
	cr_assert_eq(os_list(a, in("store/ab"), &left), 0);
	cr_assert_eq(left.n, 2u, "the archive and its provenance");
}

/* --- whom it trusts --- */

static void make_key(const char *name) {
	cr_assert_eq(system(arena_printf(a, "openssl genpkey -algorithm ed25519 -out %s", in(name)).p),
			0);
}

static void expect_refused(const char *why) {
	struct slice content;
	cr_assert_eq(get(&content), -1);
	cr_assert_not_null(strstr(said, why), "%s", said);
	cr_assert(store_has(store, HASH), "refused, not removed");
}

static void trust(const char *name) {
	static struct slices keys;
	keys = (struct slices){ 0 };
	slices_add(a, &keys, slice_of(in(name)));
	store = open_with(NULL, &keys);
}

Test(store, what_a_trusted_key_signed_is_taken) {
	struct slice content;
	make_key("key");
	store = open_with(in("key"), NULL);
	make_trees();
	cr_assert_eq(put(&content), 0, "%s", said);
	trust("key");
	cr_assert_eq(get(&content), 0, "%s", said);
}

Test(store, what_nobody_or_a_stranger_signed_is_refused) {
	struct slice content;
	make_key("key");
	make_key("stranger");
	make_trees();
	cr_assert_eq(put(&content), 0);
	trust("key");
	expect_refused("it is not signed");
	store = open_with(in("stranger"), NULL);
	cr_assert_eq(put(&content), 0);
	trust("key");
	expect_refused("no configured key signed it");
	os_remove(in("store/ab/" HASH ".info"));
	expect_refused("it has no provenance");
}

Test(store, tampering_is_found) {
	struct slice content, text;
	const char *info = in("store/ab/" HASH ".info");
	make_key("key");
	store = open_with(in("key"), NULL);
	make_trees();
	cr_assert_eq(put(&content), 0);
	cr_assert_eq(os_read(a, info, &text), 0);
	trust("key");
	cr_assert_eq(os_write(info, arena_printf(a, "%ssize 1\n", text.p), 0644, false), 0);
	expect_refused("not an Ed25519 signature");
	cr_assert_eq(os_write(info, arena_printf(a, "size 1\n%s", text.p), 0644, false), 0);
	expect_refused("no configured key signed it");
	cr_assert_eq(os_write(info, text, 0644, false), 0);
	put_file("x/data/list", "another");
	store = open_with(NULL, NULL);
	cr_assert_eq(put(&content), 0);
	cr_assert_eq(os_write(info, text, 0644, false), 0);
	trust("key");
	expect_refused("its bytes are not those that were signed");
}

Test(store, an_artefact_of_another_task_is_not_taken_for_this_one) {
	struct slice content;
	make_key("key");
	store = open_with(in("key"), NULL);
	make_trees();
	struct store_entry e = entry();
	e.hash = "ab00000000000000000000000000000000000000000000000000000000000000";
	cr_assert_eq(store_put(store, &e, &content), 0);
	put_file("store/ab/.keep", "");
	cr_assert_eq(rename(in("store/ab/ab00000000000000000000000000000000000000000000000000000000000000.tar.zst"),
			file()), 0);
	cr_assert_eq(rename(in("store/ab/ab00000000000000000000000000000000000000000000000000000000000000.info"),
			in("store/ab/" HASH ".info")), 0);
	trust("key");
	expect_refused("its provenance is another artefact's");
}

Test(store, one_that_is_gone_is_no_damage) {
	struct slice content;
	said[0] = '\0';
	cr_assert_eq(get(&content), -1);
	cr_assert_str_empty(said);
}
