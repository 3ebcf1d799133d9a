#include <criterion/criterion.h>
#include <string.h>

#include "graph.h"
#include "plan.h"
#include "records.h"

TestSuite(plan, .init = records_begin, .fini = records_end);

/* What the disk is said to hold: ids, blanks between. */
static struct slices stamps, artefacts;

static bool has_stamp(void *ctx, const struct task *t) {
	(void)ctx;
	return slices_has(&stamps, t->id);
}

static bool has_artefact(void *ctx, const struct task *t) {
	(void)ctx;
	return slices_has(&artefacts, t->id);
}

static const struct plan_facts facts = { NULL, has_stamp, has_artefact };

static void disk(const char *current, const char *stored) {
	stamps = words(current);
	artefacts = words(stored);
}

/* app → lib → base: each prepares its sysroot, compiles and offers its own. */
static struct graph *example(void) {
	const char *names[] = { "app_1", "lib_1", "base_1" }, *needs[] = { "lib", "base", "" };
	for (int i = 0; i < 3; i++) {
		struct recipe *r = record(names[i]);
		r->depends = words(needs[i]);
		task(r, "do_prepare", "")->deptask = words("do_sysroot");
		task(r, "do_compile", "do_prepare");
		struct recipe_task *t = task(r, "do_sysroot", "do_compile");
		t->cached = true;
		t->deptask = words("do_sysroot");
	}
	struct providers *p = indexed();
	struct slices list = words("app");
	struct targets targets = graph_targets(arena, p, &list, SLICE("do_compile"));
	return graph_build(arena, p, &targets);
}

static struct task *find(const struct graph *g, const char *id) {
	for (uint32_t i = 0; i < g->count; i++)
		if (slice_is(g->task[i].id, id))
			return &g->task[i];
	cr_assert_fail("no task %s", id);
	return NULL;
}

#define PLANNED(g, id, what) cr_assert_eq(find(g, id)->plan, what, "%s", id)

Test(plan, nothing_there_runs_all) {
	struct graph *g = example();
	disk("", "");
	struct plan_counts c = plan_make(g, &facts);
	cr_assert_eq(c.run, g->count);
}

Test(plan, current_target_needs_nothing) {
	struct graph *g = example();
	disk("app:do_compile", "");
	struct plan_counts c = plan_make(g, &facts);
	cr_assert_eq(c.current, 1);
	cr_assert_eq(c.not_needed, g->count - 1);
}

/* do_build of an image: what it asks for is made again though its own stamp is there (bake clean linux). */
Test(plan, a_target_that_does_nothing_looks_at_what_it_stands_for) {
	struct graph *g = example();
	struct task *target = find(g, "app:do_compile");
	struct recipe_task idle = *target->spec;
	idle.noexec = true;
	target->spec = &idle;
	disk("app:do_compile", "");
	plan_make(g, &facts);
	PLANNED(g, "app:do_compile", PLAN_CURRENT);
	PLANNED(g, "app:do_prepare", PLAN_RUN);
	disk("app:do_compile app:do_prepare", "");
	plan_make(g, &facts);
	PLANNED(g, "app:do_prepare", PLAN_CURRENT);
	PLANNED(g, "lib:do_sysroot", PLAN_NOT_NEEDED);
}

Test(plan, a_restored_sysroot_brings_those_below_and_nothing_else) {
	struct graph *g = example();
	disk("", "lib:do_sysroot base:do_sysroot");
	plan_make(g, &facts);
	PLANNED(g, "app:do_prepare", PLAN_RUN);
	PLANNED(g, "lib:do_sysroot", PLAN_RESTORE);
	PLANNED(g, "base:do_sysroot", PLAN_RESTORE);
	PLANNED(g, "lib:do_compile", PLAN_NOT_NEEDED);
	PLANNED(g, "base:do_compile", PLAN_NOT_NEEDED);
}

Test(plan, an_artefact_tried_in_vain_is_not_tried_again) {
	struct graph *g = example();
	disk("", "lib:do_sysroot base:do_sysroot");
	for (uint32_t i = 0; i < g->count; i++)
		g->task[i].unusable = slice_is(g->task[i].id, "lib:do_sysroot");
	plan_make(g, &facts);
	PLANNED(g, "lib:do_sysroot", PLAN_RUN);
	PLANNED(g, "lib:do_compile", PLAN_RUN);
	PLANNED(g, "base:do_sysroot", PLAN_RESTORE);
}

Test(plan, below_a_restored_task_one_may_have_to_run) {
	struct graph *g = example();
	disk("", "lib:do_sysroot");
	plan_make(g, &facts);
	PLANNED(g, "lib:do_sysroot", PLAN_RESTORE);
	PLANNED(g, "lib:do_compile", PLAN_NOT_NEEDED);
	PLANNED(g, "base:do_sysroot", PLAN_RUN);
	PLANNED(g, "base:do_compile", PLAN_RUN);
}

Test(plan, forced_task_takes_along_what_needs_it) {
	struct graph *g = example();
	disk("app:do_prepare app:do_compile lib:do_sysroot lib:do_compile lib:do_prepare base:do_sysroot "
			"base:do_compile base:do_prepare", "");
	find(g, "lib:do_compile")->forced = true;
	plan_make(g, &facts);
	PLANNED(g, "lib:do_compile", PLAN_RUN);
	PLANNED(g, "lib:do_sysroot", PLAN_RUN);
	PLANNED(g, "app:do_compile", PLAN_RUN);
	PLANNED(g, "lib:do_prepare", PLAN_CURRENT);
	PLANNED(g, "base:do_sysroot", PLAN_CURRENT);
	PLANNED(g, "base:do_compile", PLAN_NOT_NEEDED);
}

Test(plan, start_counts_what_is_missing) {
	struct graph *g = example();
	disk("", "lib:do_sysroot base:do_sysroot");
	plan_make(g, &facts);
	plan_start(g);
	cr_assert_eq(find(g, "base:do_sysroot")->state, TASK_READY);
	cr_assert_eq(find(g, "lib:do_sysroot")->state, TASK_WAITING);
	cr_assert_eq(find(g, "lib:do_sysroot")->missing, 1);
	cr_assert_eq(find(g, "lib:do_compile")->state, TASK_DONE);
}

/* The artefact of lib turns out to be damaged after base was restored. */
Test(plan, again_midway) {
	struct graph *g = example();
	disk("", "lib:do_sysroot base:do_sysroot");
	plan_make(g, &facts);
	plan_start(g);
	struct task *base = find(g, "base:do_sysroot"), *lib = find(g, "lib:do_sysroot");
	task_become(base, TASK_RUNNING);
	task_become(base, TASK_DONE);
	lib->missing = 0;
	task_become(lib, TASK_READY);
	task_become(lib, TASK_RUNNING);
	task_become(lib, TASK_WAITING);
	disk("", "base:do_sysroot");
	plan_make(g, &facts);
	plan_start(g);
	cr_assert_eq(base->state, TASK_DONE);
	cr_assert_eq(base->plan, PLAN_RESTORE);
	PLANNED(g, "lib:do_compile", PLAN_RUN);
	cr_assert_eq(find(g, "lib:do_prepare")->state, TASK_READY);
	cr_assert_eq(lib->state, TASK_WAITING);
}
