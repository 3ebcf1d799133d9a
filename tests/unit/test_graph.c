#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph.h"
#include "records.h"

TestSuite(graph, .init = records_begin, .fini = records_end);

/* do_fetch → do_prepare (after the DEPENDS are built) → do_build */
static struct recipe *recipe(const char *name, const char *depends) {
	struct recipe *r = record(name);
	r->depends = words(depends);
	task(r, "do_fetch", "");
	task(r, "do_prepare", "do_fetch")->deptask = words("do_build");
	task(r, "do_build", "do_prepare");
	return r;
}

static struct graph *graph(const char *names) {
	struct providers *p = indexed();
	struct slices list = words(names);
	struct targets targets = graph_targets(arena, p, &list, SLICE("build"));
	return graph_build(arena, p, &targets);
}

/* The edges as "a:do_x>b:do_y", sorted, blanks between. */
static const char *edges(const struct graph *g) {
	struct slices list = { 0 };
	for (uint32_t i = 0; i < g->count; i++)
		for (uint32_t k = 0; k < g->task[i].deps_count; k++) {
			cr_assert_lt(g->task[i].deps[k], i);
			slices_add(arena, &list, arena_printf(arena, SFMT ">" SFMT, SARG(g->task[i].id),
					SARG(g->task[g->task[i].deps[k]].id)));
		}
	slices_sort(&list);
	return arena_str(arena, slices_join(arena, &list, " "));
}

static struct task *find(const struct graph *g, const char *id) {
	for (uint32_t i = 0; i < g->count; i++)
		if (slice_is(g->task[i].id, id))
			return &g->task[i];
	cr_assert_fail("no task %s", id);
	return NULL;
}

Test(graph, same_recipe_and_deptask) {
	recipe("a_1", "b");
	recipe("b_1", "");
	recipe("unused_1", "b");
	struct graph *g = graph("a");
	cr_assert_str_eq(edges(g), "a:do_build>a:do_prepare a:do_prepare>a:do_fetch "
			"a:do_prepare>b:do_build b:do_build>b:do_prepare b:do_prepare>b:do_fetch");
	cr_assert_str_eq(slices_join(arena, &g->buildlist, " ").p, "a b");
}

Test(graph, of_one_configuration) {
	struct trap trap;
	recipe("a_1", "");
	cr_assert_str_eq(edges(graph("mc::a")), edges(graph("a")));
	cr_assert_str_eq(edges(graph("mc:*:a:do_prepare")), edges(graph("a:do_prepare")));
	if (TRAP(&trap)) {
		graph("mc:arm:a");
		cr_assert_fail("a second configuration");
	}
	cr_assert(slice_find(trap.error.message, "conf/multiconfig/arm.conf", NULL), SFMT,
			SARG(trap.error.message));
}

Test(graph, after_a_task_that_does_not_exist) {
	struct recipe *r = record("a_1");
	task(r, "do_build", "do_nothing");
	cr_assert_str_eq(edges(graph("a")), "");
}

Test(graph, depends_flag) {
	struct recipe *a = recipe("a_1", "");
	a->task[2].depends = words("b:do_fetch virtual/c:do_prepare");
	recipe("b_1", "");
	provides(recipe("c_1", ""), "virtual/c");
	cr_assert_str_eq(edges(graph("a")), "a:do_build>a:do_prepare a:do_build>b:do_fetch "
			"a:do_build>c:do_prepare a:do_prepare>a:do_fetch c:do_prepare>c:do_fetch");
}

Test(graph, depends_flag_on_a_task_that_is_not_there) {
	recipe("a_1", "")->task[0].depends = words("b:do_nothing");
	recipe("b_1", "");
	cr_assert_null(graph("a"));
	cr_assert(strstr(last_error, "do_fetch[depends]: b:do_nothing: /r/b_1.bb has no such task"));
}

Test(graph, depends_flag_of_another_form) {
	recipe("a_1", "")->task[0].depends = words("b");
	cr_assert_null(graph("a"));
	cr_assert(strstr(last_error, "RECIPE:TASK"));
}

Test(graph, rdeptask) {
	struct recipe *y = record("y_1"), *z = record("z_1");
	y->package->rdepends = words("libz");
	y->rrecommends = words("vz");
	task(y, "do_pack", "")->rdeptask = words("do_pack");
	z->packages = words("libz");
	z->package->rprovides = words("vz");
	task(z, "do_pack", "")->rdeptask = words("do_pack");
	cr_assert_str_eq(edges(graph("y:do_pack")), "y:do_pack>z:do_pack");
}

static void fetchall(struct recipe *r) {
	task(r, "do_fetchall", "do_fetch")->recrdeptask = words("do_fetchall do_fetch");
}

Test(graph, recrdeptask_reaches_everything_below) {
	fetchall(recipe("a_1", "b"));
	fetchall(recipe("b_1", "c"));
	fetchall(recipe("c_1", ""));
	cr_assert_str_eq(edges(graph("a:do_fetchall")),
			"a:do_fetchall>a:do_fetch a:do_fetchall>b:do_fetch a:do_fetchall>c:do_fetch");
}

Test(graph, recrdeptask_through_other_tasks) {
	struct recipe *image = recipe("image_1", "a");
	task(image, "do_rootfs", "do_prepare")->recrdeptask = words("do_pack");
	task(recipe("a_1", "b"), "do_pack", "do_build");
	task(recipe("b_1", ""), "do_pack", "do_build");
	const char *all = edges(graph("image:do_rootfs"));
	cr_assert(strstr(all, "image:do_rootfs>a:do_pack"));
	cr_assert(strstr(all, "image:do_rootfs>b:do_pack"));
}

Test(graph, recideptask_adds_what_that_task_needs) {
	struct recipe *a = record("a_1");
	task(a, "do_build", "")->deptask = words("do_build");
	a->depends = words("b");
	struct recipe_task *t = task(a, "do_lic", "");
	t->recrdeptask = words("do_lic");
	t->recideptask = words("do_build");
	task(recipe("b_1", "c"), "do_lic", "");
	task(recipe("c_1", ""), "do_lic", "");
	const char *all = edges(graph("a:do_lic"));
	cr_assert_str_eq(all, "a:do_lic>b:do_lic a:do_lic>c:do_lic");
}

Test(graph, cycle_is_printed_as_a_path) {
	recipe("a_1", "b");
	recipe("b_1", "a");
	cr_assert_null(graph("a"));
	cr_assert_str_eq(last_error, "dependency cycle: a.do_build → a.do_prepare → b.do_build → "
			"b.do_prepare → a.do_build");
}

Test(graph, cycle_nobody_reaches_is_no_matter) {
	recipe("a_1", "");
	recipe("b_1", "c");
	recipe("c_1", "b");
	cr_assert(graph("a"));
}

Test(graph, missing_names_say_who_asks) {
	recipe("a_1", "zlib2");
	recipe("b_1", "zlib2");
	recipe("zlib_1", "");
	cr_assert_null(graph("a b"));
	cr_assert_eq(errors, 1);
	cr_assert_str_eq(last_error, "nothing provides zlib2: a, b need it to build: did you mean zlib?");
}

Test(graph, missing_package) {
	recipe("a_1", "")->rrecommends = words("absent");
	cr_assert_null(graph("a"));
	cr_assert(strstr(last_error, "nothing provides absent: a needs it in the image"));
}

Test(graph, missing_target) {
	recipe("foobar_1", "");
	cr_assert_null(graph("foobat"));
	cr_assert_str_eq(last_error, "nothing provides foobat: did you mean foobar?");
}

Test(graph, missing_task) {
	recipe("a_1", "");
	cr_assert_null(graph("a:do_bild"));
	cr_assert_str_eq(last_error, "a: has no task do_bild (/r/a_1.bb): did you mean do_build?");
}

Test(graph, task_without_do_is_part_of_the_name) {
	recipe("a_1", "");
	cr_assert_null(graph("a:prepare"));
	cr_assert(strstr(last_error, "nothing provides a:prepare"));
}

Test(graph, assumed_names_need_nothing) {
	recipe("a_1", "host-tool");
	set("ASSUME_PROVIDED", "host-tool");
	cr_assert(graph("a"));
}

static void two_of_a_kind(void) {
	provides(recipe("w_1", ""), "virtual/k");
	provides(recipe("x_1", ""), "virtual/k");
	recipe("y_1", "x w");
}

Test(graph, two_providers) {
	two_of_a_kind();
	cr_assert_null(graph("y"));
	cr_assert(strstr(last_error, "two providers of virtual/k"));
}

Test(graph, two_providers_allowed) {
	two_of_a_kind();
	set("BB_MULTI_PROVIDER_ALLOWED", "virtual/k");
	cr_assert(graph("y"));
}

Test(graph, contradicting_preferences) {
	recipe("a_1", "");
	set("PREFERRED_PROVIDERS", "virtual/k:a virtual/k:b");
	cr_assert_null(graph("a"));
	cr_assert_eq(errors, 1);
	cr_assert_str_eq(last_error, "PREFERRED_PROVIDERS: virtual/k: names both a and b");
}

Test(graph, world) {
	recipe("a_1", "");
	recipe("b_1", "");
	struct graph *g = graph("world");
	cr_assert_str_eq(slices_join(arena, &g->buildlist, " ").p, "a b");
}

Test(graph, weights_follow_the_longest_path) {
	struct recipe *a = recipe("a_1", "b c");
	(void)a;
	task(recipe("b_1", ""), "do_compile", "do_fetch");
	struct recipe *c = record("c_1");
	task(c, "do_fetch", "");
	task(c, "do_compile", "do_fetch");
	task(c, "do_build", "do_compile");
	struct graph *g = graph("a");
	cr_assert_gt(find(g, "c:do_fetch")->weight, find(g, "b:do_fetch")->weight);
	cr_assert_gt(find(g, "c:do_compile")->weight, find(g, "c:do_build")->weight);
	cr_assert_gt(find(g, "c:do_build")->weight, find(g, "a:do_build")->weight);
}

/* A hash says nothing of where the layer is, and everything of what is below. */
static struct slice hash_of(const char *file, const char *extra) {
	records.n = 0;
	struct recipe *b = recipe("b_1", "");
	recipe("a_1", "b");
	b->task[0].file_checksums = words(file);
	struct graph *g = graph("a");
	cr_assert_eq(graph_hash(g, slice_of(extra), NULL), 0);
	return find(g, "a:do_build")->hash;
}

Test(graph, hashes) {
	char one[] = "/tmp/bake-graph-XXXXXX", two[] = "/tmp/bake-graph-XXXXXX";
	cr_assert(mkdtemp(one) && mkdtemp(two));
	const char *texts[] = { "x", "x", "y" };
	const char *paths[] = { arena_printf(arena, "%s/f", one).p, arena_printf(arena, "%s/f", two).p,
		arena_printf(arena, "%s/g", two).p };
	for (int i = 0; i < 3; i++) {
		FILE *f = fopen(paths[i], "w");
		fputs(texts[i], f);
		fclose(f);
	}
	struct slice a = hash_of(arena_printf(arena, "%s:True", paths[0]).p, "gcc");
	cr_assert_eq(a.n, 64);
	cr_assert(slice_eq(a, hash_of(arena_printf(arena, "%s:True", paths[1]).p, "gcc")));
	cr_assert_not(slice_eq(a, hash_of(arena_printf(arena, "%s:True", paths[2]).p, "gcc")));
	cr_assert_not(slice_eq(a, hash_of(arena_printf(arena, "%s:True", paths[0]).p, "clang")));
	cr_assert(slice_eq(a, hash_of(arena_printf(arena, "/nowhere:False %s:True", paths[0]).p, "gcc")));
	struct slice dir = hash_of(arena_printf(arena, "%s:True", two).p, "gcc");
	unlink(paths[2]);
	cr_assert_not(slice_eq(dir, hash_of(arena_printf(arena, "%s:True", two).p, "gcc")));
	unlink(paths[0]);
	unlink(paths[1]);
	rmdir(one);
	rmdir(two);
}

Test(graph, hash_of_a_file_that_is_gone) {
	recipe("a_1", "")->task[0].file_checksums = words("/nowhere/x:True");
	cr_assert_eq(graph_hash(graph("a"), SLICE(""), NULL), -1);
	cr_assert(strstr(last_error, "/nowhere/x"));
}

Test(graph, taint_makes_everything_above_new) {
	recipe("a_1", "b");
	recipe("b_1", "");
	struct graph *g = graph("a");
	graph_hash(g, SLICE(""), NULL);
	struct slice below = find(g, "b:do_fetch")->hash, above = find(g, "a:do_build")->hash;
	find(g, "b:do_prepare")->taint = SLICE("f00d");
	graph_hash(g, SLICE(""), NULL);
	cr_assert(slice_eq(below, find(g, "b:do_fetch")->hash));
	cr_assert_not(slice_eq(above, find(g, "a:do_build")->hash));
}

Test(graph, several_configurations_are_refused) {
	recipe("a_1", "")->task[0].mcdepends = words("mc::other:b:do_build");
	cr_assert_null(graph("a"));
	cr_assert(strstr(last_error, "/r/a_1.bb: do_fetch[mcdepends]"));
}

static void sysroot(struct recipe *r) {
	struct recipe_task *t = task(r, "do_populate_sysroot", "do_build");
	t->cached = true;
	t->deptask = words("do_populate_sysroot");
}

Test(graph, inputs_reach_sysroots_of_sysroots) {
	struct recipe *a = record("a_1");
	a->depends = words("b");
	task(a, "do_prepare", "")->deptask = words("do_populate_sysroot");
	sysroot(recipe("b_1", "c"));
	sysroot(recipe("c_1", ""));
	struct graph *g = graph("a:do_prepare");
	size_t n;
	struct graph_input *in = graph_inputs(g, find(g, "a:do_prepare"), arena, &n);
	cr_assert_eq(n, 2);
	cr_assert(slice_is(in[0].task->id, "b:do_populate_sysroot") && in[0].direct);
	cr_assert(slice_is(in[1].task->id, "c:do_populate_sysroot") && !in[1].direct);
}

Test(graph, force) {
	recipe("a_1", "");
	struct graph *g = graph("a");
	graph_force(g, SLICE_NONE);
	cr_assert(find(g, "a:do_build")->forced);
	graph_force(g, SLICE("fetch"));
	cr_assert(find(g, "a:do_fetch")->forced);
	cr_assert_not(find(g, "a:do_prepare")->forced);
	graph_force(g, SLICE("nothing"));
	cr_assert_eq(warnings, 1);
}

Test(graph, large) {
	for (int i = 0; i < 60; i++) {
		struct recipe *r = recipe(arena_printf(arena, "r%d_1", i).p,
				i ? arena_printf(arena, "r%d", i - 1).p : "");
		fetchall(r);
	}
	struct graph *g = graph("r59:do_fetchall");
	cr_assert_eq(find(g, "r59:do_fetchall")->deps_count, 60);
}
