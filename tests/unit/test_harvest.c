#include <criterion/criterion.h>
#include <sys/resource.h>

#include "builddir.h"
#include "harvest.h"
#include "recipe.h"

TestSuite(harvest, .init = builddir_begin, .fini = builddir_end);

static struct recipes list;
static struct harvest_faults faults;

/* What every record needs for a hash. */
static void identify(struct recipes *r, unsigned jobs) {
	struct harvest_wanted wanted = { calloc(r->n, sizeof *wanted.v), r->n };
	for (size_t i = 0; i < r->n; i++)
		wanted.v[i] = &r->v[i];
	cr_assert_eq(harvest_identify(load(), jobs, arena, &wanted, &faults), 0);
	free(wanted.v);
}

static void fill(int count) {
	for (int i = 0; i < count; i++)
		put(arena_printf(arena, "recipes/r%03d_1.bb", i).p, "DEPENDS = \"a b\"\n");
}

static void check_order(int count) {
	cr_assert_eq(list.n, (size_t)count);
	for (int i = 0; i < count; i++) {
		cr_assert(slice_eq(list.v[i].pn, arena_printf(arena, "r%03d", i)));
		cr_assert_eq(list.v[i].depends.n, 2);
		cr_assert_eq(list.v[i].tasks, 2);
	}
}

Test(harvest, in_this_process) {
	fill(5);
	cr_assert_eq(harvest(load(), 1, arena, &list, &faults), 0);
	check_order(5);
}

Test(harvest, workers_keep_the_order) {
	fill(60);
	cr_assert_eq(harvest(load(), 3, arena, &list, &faults), 0);
	check_order(60);
}

Test(harvest, same_records_either_way) {
	fill(8);
	struct recipes other = { 0 };
	harvest(load(), 1, arena, &list, &faults);
	harvest(load(), 2, arena, &other, &faults);
	identify(&list, 1);
	identify(&other, 2);
	for (size_t i = 0; i < list.n; i++)
		cr_assert_eq(list.v[i].task[1].base_hash.n, 64);
	for (size_t i = 0; i < list.n; i++)
		cr_assert(slice_eq(list.v[i].task[1].base_hash, other.v[i].task[1].base_hash));
}

/* Stores of recipes come and go at the same addresses: nothing of one may be taken for another's. */
Test(harvest, every_recipe_has_its_own_hash) {
	put("classes/base.bbclass", "addtask build\ndo_build() {\n\t: ${WHO}\n}\n");
	for (int i = 0; i < 30; i++)
		put(arena_printf(arena, "recipes/r%03d_1.bb", i).p,
				arena_printf(arena, "WHO = \"recipe %d\"\n", i).p);
	cr_assert_eq(harvest(load(), 1, arena, &list, &faults), 0);
	identify(&list, 1);
	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < i; k++)
			cr_assert_not(slice_eq(list.v[i].task[0].base_hash, list.v[k].task[0].base_hash));
}

Test(harvest, every_fault_is_told) {
	fill(6);
	put("recipes/r001_1.bb", "nonsense here\n");
	put("recipes/r004_1.bb", "A = \"1\"\nnonsense there\n");
	for (unsigned jobs = 1; jobs <= 2; jobs++) {
		faults.n = list.n = 0;
		cr_assert_eq(harvest(load(), jobs, arena, &list, &faults), 2);
		cr_assert_eq(list.n, 4);
		cr_assert(slice_ends(faults.v[0].file, "r001_1.bb"));
		cr_assert_eq(faults.v[0].line, 1);
		cr_assert(slice_ends(faults.v[1].file, "r004_1.bb"));
		cr_assert_eq(faults.v[1].line, 2);
	}
}

/* A worker that never ends is killed by the limit of CPU time it inherits. */
Test(harvest, a_worker_that_dies_is_told) {
	fill(20);
	put("recipes/r007_1.bb", "lua () {\n\twhile true do end\n}\n");
	struct rlimit limit = { 1, 1 };
	struct config *c = load();
	setrlimit(RLIMIT_CPU, &limit);
	cr_assert_eq(harvest(c, 2, arena, &list, &faults), 1);
	cr_assert_eq(list.n, 19);
	cr_assert(slice_ends(faults.v[0].file, "r007_1.bb"));
	cr_assert(slice_find(faults.v[0].message, "killed by signal", NULL));
}

/* A task that reaches what cannot be expanded: known only when its hash is wanted, and then with the
 * recipe's place; the others get theirs. */
Test(harvest, what_a_task_reaches_is_looked_at_for_its_hash) {
	fill(4);
	put("recipes/r002_1.bb", "A = \"${B}\"\nB = \"${A}\"\ndo_build() {\n\t: ${A}\n}\n");
	cr_assert_eq(harvest(load(), 2, arena, &list, &faults), 0);
	cr_assert_eq(list.n, 4);
	struct recipe *r[] = { &list.v[1], &list.v[2], &list.v[3] };
	struct harvest_wanted wanted = { r, 3 };
	cr_assert_eq(harvest_identify(load(), 2, arena, &wanted, &faults), 1);
	cr_assert(slice_ends(faults.v[0].file, "r002_1.bb"));
	cr_assert(slice_find(faults.v[0].message, "refers to itself", NULL));
	cr_assert(r[0]->identified && !r[1]->identified && r[2]->identified);
	cr_assert_eq(r[2]->task[1].base_hash.n, 64);
}
