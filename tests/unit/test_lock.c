#include <criterion/criterion.h>

#include <stdlib.h>
#include <unistd.h>

#include "data.h"
#include "lock.h"
#include "map.h"
#include "os.h"
#include "util.h"

static struct arena *arena;
static char top[] = "/tmp/bake-lock-XXXXXX";
static const char *path;

static void setup(void) {
	arena = arena_new();
	cr_assert(mkdtemp(top));
	path = arena_printf(arena, "%s/conf/sources.lock", top).p;
}

static void teardown(void) {
	os_remove(top);
	arena_free(arena);
}

TestSuite(lock, .init = setup, .fini = teardown);

static void put(struct lock *l, const char *recipe, const char *target, const char *more) {
	struct lock_entry e = { slice_of(recipe), slice_of(target),
		arena_printf(arena, "recipe %s\ntarget %s\nchannel upstream\n%s", recipe, target, more) };
	lock_put(l, &e);
}

static void write_text(const char *text) {
	cr_assert_eq(os_mkparents(path), 0);
	cr_assert_eq(os_write(path, slice_of(text), 0644, false), 0);
}

static bool raises(const char *text, int line) {
	struct trap trap;
	write_text(text);
	if (TRAP(&trap)) {
		lock_read(arena, path);
		trap_end(&trap);
		return false;
	}
	cr_assert_eq(trap.error.line, line);
	return true;
}

Test(lock, absent_is_empty) {
	struct lock *l = lock_read(arena, path);
	cr_assert_eq(l->n, 0);
	cr_assert_null(l->channel.p);
}

Test(lock, written_sorted_and_read_again) {
	struct lock *l = lock_new(arena, path);
	lock_settle(l, SLICE("upstream"), SLICE("because"));
	put(l, "zlib", "riscv64", "version 1\n");
	put(l, "bash", "aarch64", "version 5\n");
	put(l, "zlib", "aarch64", "version 1\n");
	cr_assert_eq(lock_write(l), 0);
	struct lock *again = lock_read(arena, path);
	cr_assert_eq(again->n, 3);
	cr_assert(slice_is(again->entry[0].recipe, "bash"));
	cr_assert(slice_is(again->entry[1].target, "aarch64"));
	cr_assert(slice_is(again->channel, "upstream"));
	cr_assert(slice_is(again->reason, "because"));
	cr_assert_not(again->changed);
	cr_assert(slice_is(lock_value(lock_find(again, SLICE("bash"), SLICE("aarch64"))->text, "version"), "5"));
}

Test(lock, what_is_read_is_written_byte_by_byte) {
	struct slice first, second;
	struct lock *l = lock_new(arena, path);
	lock_settle(l, SLICE("openeuler"), SLICE(""));
	put(l, "a", "x", "some future key\nurl b sha256=c\n");
	lock_write(l);
	os_read(arena, path, &first);
	l = lock_read(arena, path);
	l->changed = true;
	lock_write(l);
	os_read(arena, path, &second);
	cr_assert(slice_eq(first, second));
}

Test(lock, same_stanza_changes_nothing) {
	struct lock *l = lock_new(arena, path);
	put(l, "a", "x", "version 1\n");
	l->changed = false;
	put(l, "a", "x", "version 1\n");
	cr_assert_not(l->changed);
	put(l, "a", "x", "version 2\n");
	cr_assert(l->changed);
	cr_assert_eq(l->n, 1);
	lock_drop(l, SLICE("a"), SLICE("x"));
	cr_assert_eq(l->n, 0);
	cr_assert_null(lock_find(l, SLICE("a"), SLICE("x")));
}

Test(lock, values_of_a_key) {
	struct slice text = SLICE("patch a x\npatches no\npatch b\n"), value;
	cr_assert(lock_next(&text, "patch", &value) && slice_is(value, "a x"));
	cr_assert(lock_next(&text, "patch", &value) && slice_is(value, "b"));
	cr_assert_not(lock_next(&text, "patch", &value));
}

Test(lock, damaged) {
	cr_assert(raises("nonsense\n", 1));
	cr_assert(raises("# x\n\nlock 99\n", 3));
	cr_assert(raises("lock 1\n\nrecipe a\nchannel upstream\n", 3));
	cr_assert(raises("recipe a\ntarget x\nchannel upstream\n\nrecipe a\ntarget x\nchannel upstream\n", 5));
	cr_assert(raises("lock 1\nchannel upsteam\n", 1));
	cr_assert(raises("lock 1\n\nrecipe a\ntarget x\nchannel other\n", 3));
}

/* Nothing of it is lost unseen when it is written again. */
Test(lock, zeros_after_a_power_cut) {
	struct trap trap;
	struct slice text = SLICE("lock 1\n\nrecipe a\ntarget x\nchannel upstream\nurl \0\0\0");
	if (TRAP(&trap)) {
		lock_parse(arena, path, text);
		trap_end(&trap);
		cr_assert_fail("taken");
	}
	cr_assert_eq(trap.error.line, 6);
}

Test(lock, a_reason_is_one_line) {
	struct lock *l = lock_new(arena, path);
	lock_settle(l, SLICE("upstream"), SLICE("no\n\nrecipe x\ntarget y\nchannel upstream"));
	cr_assert_eq(lock_parse(arena, path, lock_text(l))->n, 0);
}

Test(lock, recipes_see_the_stanzas_of_their_target) {
	struct lock *l = lock_new(arena, path);
	struct data *d = data_new(arena);
	data_set(d, atom_of("TARGET_ARCH"), SLICE("aarch64"));
	lock_settle(l, SLICE("openeuler"), SLICE(""));
	put(l, "zlib", "aarch64", "");
	put(l, "bash", "riscv64", "");
	lock_apply(l, d);
	cr_assert(data_is(d, "SOURCES_CHANNEL", "openeuler"));
	cr_assert(slice_starts(data_text(d, "SOURCE_LOCK_zlib"), "recipe zlib\n"));
	cr_assert_eq(data_text(d, "SOURCE_LOCK_bash").n, 0);
}
