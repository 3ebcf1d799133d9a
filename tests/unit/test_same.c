/* same: earlier bytes keep their hash for dependents, as long as what they are used with is the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "same.h"

static struct arena *a;
static char top[] = "/tmp/test-same-XXXXXX";
static struct same *s;
static struct recipe_task spec = { .cached = true };
static struct task tasks[2];     /* 0: below, 1: above it */
static uint32_t below[] = { 0 };
static struct graph g = { .task = tasks, .count = 2 };

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	s = same_open(a, top);
	spec.name = atom_of("do_keep");
	tasks[0] = (struct task){ .spec = &spec, .id = SLICE("low:do_keep") };
	tasks[1] = (struct task){ .spec = &spec, .id = SLICE("high:do_keep"), .deps = below, .deps_count = 1 };
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(same, .init = set_up, .fini = tear_down);

static struct slice hash(char digit) {
	char text[65] = { 0 };
	memset(text, digit, 64);
	return arena_dup(a, slice_of(text));
}

/* Task i ran under a hash and left some content. */
static bool ran(unsigned i, char digit, const char *content) {
	tasks[i].hash = hash(digit);
	tasks[i].same = SLICE_NONE;
	tasks[i].content = slice_of(content);
	return same_note(s, &g, &tasks[i]);
}

Test(same, the_first_run_stands_for_later_ones) {
	cr_assert_not(ran(0, 'a', "x"));
	cr_assert_not(ran(0, 'a', "x"), "the same hash is no news");
	cr_assert(ran(0, 'b', "x"));
	cr_assert(slice_eq(tasks[0].same, hash('a')));
	cr_assert(slice_eq(same_find(s, hash('b')), hash('a')));
	cr_assert_null(same_find(s, hash('a')).p);
	cr_assert_not(ran(0, 'c', "y"));
}

Test(same, other_bytes_below_make_another) {
	ran(0, 'a', "x");
	ran(1, '1', "constant");
	ran(0, 'b', "y");
	cr_assert_not(ran(1, '2', "constant"));
	ran(0, 'c', "x");
	cr_assert(ran(1, '3', "constant"), "the bytes below are the first ones again");
	cr_assert(slice_eq(tasks[1].same, hash('1')));
}

Test(same, tasks_do_not_share) {
	ran(0, 'a', "x");
	tasks[0].id = SLICE("other:do_keep");
	cr_assert_not(ran(0, 'b', "x"));
}

Test(same, what_others_found_is_taken_over_where_nothing_is_known) {
	struct slice key = hash('d');
	cr_assert_not(same_learn(s, &(struct same_found){ hash('a'), key, SLICE_NONE }), "it is the first itself");
	cr_assert(slice_eq(same_first(s, key), hash('a')));
	cr_assert(same_learn(s, &(struct same_found){ hash('b'), key, hash('a') }));
	cr_assert(slice_eq(same_find(s, hash('b')), hash('a')));
	cr_assert_not(same_learn(s, &(struct same_found){ hash('b'), hash('e'), hash('c') }), "an answer stays");
	cr_assert(slice_eq(same_find(s, hash('b')), hash('a')));
}

Test(same, what_was_learnt_cuts_off) {
	tasks[0].hash = hash('b');
	tasks[0].content = SLICE("x");
	same_learn(s, &(struct same_found){ hash('a'), same_key(a, &g, &tasks[0]), SLICE_NONE });
	cr_assert(ran(0, 'b', "x"));
	cr_assert(slice_eq(tasks[0].same, hash('a')));
}

Test(same, what_was_restored_stands_for_later_runs) {
	tasks[0].hash = hash('a');
	tasks[0].same = SLICE_NONE;
	tasks[0].content = SLICE("x");
	same_note_restored(s, &g, &tasks[0]);
	tasks[0].hash = hash('b');
	same_note_restored(s, &g, &tasks[0]);            /* the first one stays */
	cr_assert(ran(0, 'c', "x"));
	cr_assert(slice_eq(tasks[0].same, hash('a')));
}

Test(same, keys_by_what_they_lead_to) {
	struct map keys = { .arena = a };
	struct slice *key;
	same_learn(s, &(struct same_found){ hash('a'), hash('1'), SLICE_NONE });
	same_learn(s, &(struct same_found){ hash('b'), hash('2'), SLICE_NONE });
	same_learn(s, &(struct same_found){ hash('b'), hash('3'), SLICE_NONE });
	same_keys(s, &keys);
	key = map_get(&keys, atom(hash('a')));
	cr_assert(key && slice_eq(*key, hash('1')));
	key = map_get(&keys, atom(hash('b')));
	cr_assert(key && key->n == 0, "two lead there: which is of this run is not known");
	cr_assert_null(map_get(&keys, atom(hash('c'))));
}
