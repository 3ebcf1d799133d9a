#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os.h"
#include "util.h"
#include "witness.h"

static struct arena *arena;
static char top[] = "/tmp/bake-test-XXXXXX";

static void begin(void) {
	arena = arena_new();
	cr_assert(mkdtemp(top));
	witness_settle(-1000000000LL * 3600);
}

static void end(void) {
	witness_forget();
	os_remove(top);
	arena_free(arena);
}

TestSuite(witness, .init = begin, .fini = end);

static const char *at(const char *name) {
	return arena_printf(arena, "%s/%s", top, name).p;
}

static void put(const char *name, const char *text) {
	os_mkparents(at(name));
	cr_assert_eq(os_write(at(name), slice_of(text), 0644, false), 0);
}

static struct slice packed(void) {
	struct buf b = { .arena = arena };
	witness_end();
	witness_pack(&b);
	return buf_slice(&b);
}

static size_t count(struct slice facts) {
	struct witness_fact f;
	size_t n = 0;
	while (witness_next(&facts, &f))
		n++;
	return n;
}

/* As a later process would ask. */
static bool holds(struct slice facts) {
	struct witness_fact f;
	bool all = true;
	witness_forget();
	while (witness_next(&facts, &f))
		all &= witness_holds(&f);
	return all;
}

Test(witness, nobody_listens) {
	struct slice text;
	put("a", "1");
	os_read(arena, at("a"), &text);
	witness_begin();
	cr_assert_eq(count(packed()), 0);
	cr_assert(witness_lasts());
}

Test(witness, reading_is_told_once) {
	struct slice text;
	put("a", "1");
	witness_begin();
	os_read(arena, at("a"), &text);
	os_read(arena, at("a"), &text);
	struct slice facts = packed();
	cr_assert(witness_lasts());
	cr_assert_eq(count(facts), 1);
	cr_assert(holds(facts));
	put("a", "2");
	cr_assert_not(holds(facts));
}

Test(witness, existence_does_not_mind_content) {
	put("a", "1");
	witness_begin();
	os_exists(at("a"));
	struct slice facts = packed();
	put("a", "22");
	cr_assert(holds(facts));
	os_remove(at("a"));
	cr_assert_not(holds(facts));
	os_mkdirs(at("a"));
	cr_assert_not(holds(facts));
}

Test(witness, absent_counts_by_the_uppermost) {
	witness_begin();
	os_exists(at("x/y/one"));
	os_exists(at("x/z/two"));
	struct slice facts = packed();
	cr_assert_eq(count(facts), 1);
	cr_assert(holds(facts));
	os_mkdirs(at("x"));
	cr_assert_not(holds(facts));
}

Test(witness, links) {
	put("real/a", "1");
	cr_assert_eq(symlink("real", at("link")), 0);
	witness_begin();
	cr_assert(os_realpath(arena, at("real/a")));
	cr_assert(holds(packed()));
	cr_assert(witness_lasts());
	witness_begin();
	os_realpath(arena, at("link/a"));
	cr_assert_not(witness_lasts());
}

Test(witness, a_directory_that_became_a_link) {
	put("real/a", "1");
	witness_begin();
	cr_assert(os_realpath(arena, at("real/a")));
	struct slice facts = packed();
	rename(at("real"), at("other"));
	cr_assert_eq(symlink("other", at("real")), 0);
	cr_assert_not(holds(facts));
}

Test(witness, what_lasts) {
	witness_begin();
	witness_unsteady();
	cr_assert_not(witness_lasts());
	cr_assert(witness_settled());
	witness_begin();
	cr_assert(witness_lasts());
	os_exists("relative");
	cr_assert_not(witness_lasts());
}

Test(witness, changed_a_moment_ago) {
	struct slice text;
	witness_settle(2000000000LL);
	put("a", "1");
	witness_begin();
	os_read(arena, at("a"), &text);
	cr_assert_not(witness_settled());
}

Test(witness, what_is_kept_counts_ever_after) {
	struct slice text;
	put("a", "1");
	witness_begin();
	witness_keep(true);
	os_read(arena, at("a"), &text);
	witness_keep(false);
	witness_begin();
	cr_assert_eq(count(packed()), 1);
}

Test(witness, bytes_that_are_none) {
	struct witness_fact f;
	struct slice facts;
	put("a", "1");
	witness_begin();
	os_exists(at("a"));
	facts = packed();
	for (size_t n = 0; n < facts.n; n++) {
		struct slice cut = slice_sub(facts, 0, n);
		cr_assert_not(witness_next(&cut, &f));
	}
}
