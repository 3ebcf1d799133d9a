/* map: atoms are one pointer a name; maps keep insertion order through deletion and growth. */
#include <criterion/criterion.h>

#include "map.h"
#include "util.h"

static struct arena *a;

static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(map, .init = set_up, .fini = tear_down);

Test(map, the_same_name_is_the_same_atom) {
	cr_assert_eq(atom_of("PN"), atom(SLICE("PN")));
	cr_assert_neq(atom_of("PN"), atom_of("PV"));
	cr_assert_null(atom_find(SLICE("never interned before")));
	cr_assert_str_eq(atom_of("PN")->p, "PN");
}

static const struct atom *numbered(int i) {
	return atom(arena_printf(a, "name-%d", i));
}

Test(map, ten_thousand_names_keep_their_values_and_order) {
	struct map m = { .arena = a };
	for (int i = 0; i < 10000; i++)
		map_put(&m, numbered(i), (void *)(intptr_t)(i + 1));
	cr_assert_eq(map_count(&m), 10000u);
	struct map_entry *e;
	int at = 0;
	for (uint32_t i = 0; (e = map_next(&m, &i)); at++)
		cr_assert_eq(e->key, numbered(at));
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(map_get(&m, numbered(i)), (void *)(intptr_t)(i + 1));
}

Test(map, a_deleted_name_is_gone_and_comes_back_at_the_end) {
	struct map m = { .arena = a };
	for (int i = 0; i < 20; i++)
		map_add(&m, numbered(i));
	cr_assert(map_del(&m, numbered(3)));
	cr_assert_not(map_del(&m, numbered(3)));
	cr_assert_null(map_get(&m, numbered(3)));
	for (int round = 0; round < 100; round++) {      /* holes are dropped, not piled up */
		map_add(&m, numbered(3));
		map_del(&m, numbered(3));
	}
	cr_assert(map_add(&m, numbered(3)));
	cr_assert_not(map_add(&m, numbered(3)));
	cr_assert_eq(map_count(&m), 20u);
	struct map_entry *e, *last = NULL;
	for (uint32_t i = 0; (e = map_next(&m, &i));)
		last = e;
	cr_assert_eq(last->key, numbered(3));
}

Test(map, sorted_keys_are_in_byte_order) {
	struct map m = { .arena = a };
	map_add(&m, atom_of("b"));
	map_add(&m, atom_of("a-b"));
	map_add(&m, atom_of("a"));
	size_t n;
	const struct atom **keys = map_sorted(&m, a, &n);
	cr_assert_eq(n, 3u);
	cr_assert_str_eq(keys[0]->p, "a");
	cr_assert_str_eq(keys[1]->p, "a-b");
	cr_assert_str_eq(keys[2]->p, "b");
}
