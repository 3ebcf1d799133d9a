/* plan: one pass from the targets down. Numbers of dependencies are smaller than the task's own, so
 * when a task is looked at, everything that could need it has been decided. */
#include "plan.h"
#include "graph.h"
#include "recipe.h"
#include "util.h"

/* Work done or under way in this build: its plan stands, and nothing is needed for it any more. */
static bool settled(const struct task *t) {
	switch (t->state) {
	case TASK_RUNNING: case TASK_FAILED: case TASK_BLOCKED:
		return true;
	case TASK_DONE:
		return t->plan == PLAN_RUN || t->plan == PLAN_RESTORE;
	default:
		return false;
	}
}

/* A forced task may produce something new under its old hash, so stamps and artefacts of whatever
 * depends on it say nothing. */
static void find_tainted(const struct graph *g, bool *tainted) {
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		tainted[i] = t->forced;
		for (uint32_t k = 0; k < t->deps_count && !tainted[i]; k++)
			tainted[i] = tainted[t->deps[k]];
	}
}

static enum task_plan decide(const struct task *t, bool tainted, const struct plan_facts *facts) {
	if (tainted)
		return PLAN_RUN;
	if (facts->current(facts->ctx, t))
		return PLAN_CURRENT;
	if (t->spec->cached && !t->spec->noexec && !t->unusable && facts->stored(facts->ctx, t))
		return PLAN_RESTORE;
	return PLAN_RUN;
}

/* A target that does nothing itself (do_build) stands for what it depends on, current or not. */
static bool needs(const struct task *t, const struct recipe_task *dep) {
	const struct recipe_task *spec = t->spec;
	return t->plan == PLAN_RUN || (t->target && spec->noexec) ||
		(spec->cached && dep->cached && dep->name == spec->name);
}

static void need_deps(const struct graph *g, const struct task *t, bool *needed) {
	for (uint32_t k = 0; k < t->deps_count; k++)
		if (needs(t, g->task[t->deps[k]].spec))
			needed[t->deps[k]] = true;
}

static void count(struct plan_counts *counts, enum task_plan plan) {
	switch (plan) {
	case PLAN_CURRENT: counts->current++; break;
	case PLAN_RESTORE: counts->restore++; break;
	case PLAN_RUN: counts->run++; break;
	case PLAN_NOT_NEEDED: case PLAN_UNKNOWN: counts->not_needed++; break;
	}
}

struct plan_counts plan_make(struct graph *g, const struct plan_facts *facts) {
	struct arena *scratch = arena_new();
	struct plan_counts counts = { 0 };
	bool *needed = ARENA_ARRAY(scratch, bool, g->count + 1);
	bool *tainted = ARENA_ARRAY(scratch, bool, g->count + 1);
	find_tainted(g, tainted);
	for (uint32_t i = g->count; i-- > 0;) {
		struct task *t = &g->task[i];
		if (!settled(t)) {
			if (t->state == TASK_DONE)      /* done with because nothing was to do */
				task_become(t, TASK_WAITING);
			t->plan = PLAN_NOT_NEEDED;
			if (needed[i] || t->target)
				t->plan = decide(t, tainted[i], facts);
			if (t->plan != PLAN_NOT_NEEDED)
				need_deps(g, t, needed);
		}
		count(&counts, t->plan);
	}
	arena_free(scratch);
	return counts;
}

void plan_start(struct graph *g) {
	for (uint32_t i = 0; i < g->count; i++) {
		struct task *t = &g->task[i];
		if (settled(t))
			continue;
		bool idle = t->plan == PLAN_CURRENT || t->plan == PLAN_NOT_NEEDED;
		t->missing = 0;
		for (uint32_t k = 0; k < t->deps_count; k++)
			t->missing += g->task[t->deps[k]].state != TASK_DONE;
		if (t->state != TASK_WAITING)
			task_become(t, TASK_WAITING);
		if (idle)
			task_become(t, TASK_DONE);
		else if (!t->missing)
			task_become(t, TASK_READY);
	}
}
