#include <criterion/criterion.h>
#include <string.h>

#include "edges.h"
#include "records.h"

TestSuite(edges, .init = records_begin, .fini = records_end);

static struct edges *build(const char *name, const char *task) {
	struct edges_target target = { slice_of(name), slice_of(task) };
	return edges_build(arena, indexed(), &target, 1);
}

static struct recipe *recipe(const char *name, const char *depends) {
	struct recipe *r = record(name);
	r->depends = words(depends);
	task(r, "do_fetch", "");
	task(r, "do_build", "do_fetch")->deptask = words("do_build");
	return r;
}

Test(edges, tasks_are_numbered_by_recipe) {
	recipe("a_1", "b");
	recipe("b_1", "");
	struct edges *e = build("a", "do_build");
	cr_assert_eq(e->units, 2);
	cr_assert_eq(e->tasks, 4);
	cr_assert_eq(e->unit[1].first, 2);
	cr_assert_eq(e->owner[3], 1);
	cr_assert_eq(e->targets.n, 1);
	cr_assert_eq(e->targets.v[0], 1);
}

Test(edges, dependencies_of_a_task) {
	recipe("a_1", "b b");
	recipe("b_1", "");
	struct edges *e = build("a", "do_build");
	cr_assert_eq(e->deps[0].n, 0);
	cr_assert_eq(e->deps[1].n, 2);
	cr_assert_eq(e->deps[1].v[0], 0);
	cr_assert_eq(e->deps[1].v[1], 3);
}

/* A recipe may need what it provides itself; a task never waits for itself. */
Test(edges, no_edge_to_itself) {
	recipe("a_1", "a");
	struct edges *e = build("a", "do_build");
	cr_assert_eq(e->units, 1);
	cr_assert_eq(e->deps[1].n, 1);
}

/* BitBake takes all recipes in that may provide a name, and tells what they miss. */
Test(edges, the_ones_not_chosen_are_looked_at_too) {
	provides(recipe("x_1", ""), "virtual/k");
	provides(recipe("y_1", "absent"), "virtual/k");
	set("PREFERRED_PROVIDER_virtual/k", "x");
	recipe("a_1", "virtual/k");
	cr_assert_null(build("a", "do_build"));
	cr_assert(strstr(last_error, "nothing provides absent: y needs it to build"));
}

Test(edges, recursive_tasks_of_recursive_tasks) {
	for (int i = 0; i < 5; i++) {
		struct recipe *r = recipe(arena_printf(arena, "r%d_1", i).p,
				i ? arena_printf(arena, "r%d", i - 1).p : "");
		task(r, "do_all", "do_fetch")->recrdeptask = words("do_all do_fetch");
	}
	struct edges *e = build("r4", "do_all");
	cr_assert_eq(e->deps[e->targets.v[0]].n, 5, "five do_fetch and no do_all");
}
