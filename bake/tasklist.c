/* tasklist: the order of tasks within a recipe is kept as BitBake keeps it: a list of names as they
 * were written, and what each comes after in its flag [deps], a text of words. */
#include "tasklist.h"
#include "data.h"
#include "ledger.h"
#include "map.h"

/* Flags, interned once. */
static struct {
	const struct atom *task, *deps, *depends;
} flag;

void tasklist_init(void) {
	flag.task = atom_of("task");
	flag.deps = atom_of("deps");
	flag.depends = atom_of("depends");
}

/* --- addtask, deltask --- */

static const struct atom *task_atom(struct data *d, struct slice task) {
	if (slice_starts(task, "do_"))
		return atom(task);
	return atom(arena_printf(data_arena(d), "do_" SFMT, SARG(task)));
}

static struct slices task_deps(struct data *d, const struct atom *task) {
	struct slices list = { 0 };
	struct slice text;
	if (data_get_flag(d, task, flag.deps, false, &text))
		slices_words(data_arena(d), &list, text);
	return list;
}

static void set_task_deps(struct data *d, const struct atom *task, const struct slices *deps) {
	data_set_flag(d, task, flag.deps, slices_join(data_arena(d), deps, " "));
}

static void add_task_before(struct data *d, const struct atom *task, struct slice later) {
	const struct atom *next = task_atom(d, later);
	struct slices old = task_deps(d, next), deps = { 0 };
	if (slices_has(&old, atom_slice(task)))
		return;
	slices_add(data_arena(d), &deps, atom_slice(task));
	for (size_t i = 0; i < old.n; i++)
		slices_add(data_arena(d), &deps, old.v[i]);
	set_task_deps(d, next, &deps);
}

void tasklist_add(struct data *d, struct slice task_name, struct slice before,
		struct slice after) {
	const struct atom *task = task_atom(d, task_name);
	struct slice word;
	data_set_flag(d, task, flag.task, SLICE("1"));
	ledger_add_task(d, atom_slice(task));
	struct slices deps = task_deps(d, task);
	while (slice_word(&after, &word)) {
		struct slice dep = atom_slice(task_atom(d, word));
		if (!slices_has(&deps, dep))
			slices_add(data_arena(d), &deps, dep);
	}
	set_task_deps(d, task, &deps);
	while (slice_word(&before, &word))
		add_task_before(d, task, word);
}

static void drop_dep(struct data *d, const struct atom *task, struct slice dep) {
	struct slices old = task_deps(d, task), kept = { 0 };
	if (!slices_has(&old, dep))
		return;
	for (size_t i = 0; i < old.n; i++)
		if (!slice_eq(old.v[i], dep))
			slices_add(data_arena(d), &kept, old.v[i]);
	set_task_deps(d, task, &kept);
}

void tasklist_del(struct data *d, struct slice task_name) {
	const struct atom *task = task_atom(d, task_name);
	if (slices_has(ledger_tasks(d), atom_slice(task))) {
		ledger_drop_task(d, atom_slice(task));
		data_del_flag(d, task, flag.task);
	}
	data_del_flag(d, task, flag.deps);
	struct slices tasks = *ledger_tasks(d);
	for (size_t i = 0; i < tasks.n; i++)
		drop_dep(d, atom(tasks.v[i]), atom_slice(task));
}

/* --- settling --- */

static struct slice virtual_provider(struct data *d, struct slice dep) {
	struct slice rest = data_text(d, "BB_RECIPE_VIRTUAL_PROVIDERS"), word;
	while (slice_word(&rest, &word)) {
		if (!slice_eq(word, dep))
			continue;
		struct slice variable = arena_printf(data_arena(d), "PREFERRED_PROVIDER_" SFMT,
				SARG(dep));
		struct slice chosen = data_text(d, variable.p);
		if (!chosen.n)
			raise_error("DEPENDS: " SFMT ": set " SFMT, SARG(dep), SARG(variable));
		return chosen;
	}
	return dep;
}

static void settle_depends(struct data *d) {
	struct slices deps = { 0 };
	struct slice rest = data_text(d, "DEPENDS"), word;
	while (slice_word(&rest, &word))
		slices_add(data_arena(d), &deps, virtual_provider(d, word));
	data_set(d, atom_of("DEPENDS"), slices_join(data_arena(d), &deps, " "));
}

/* [depends] names tasks of recipes: "PN:do_task". */
static void settle_task_depends(struct data *d, const struct atom *task) {
	struct slices deps = { 0 };
	struct place at = data_where_flag(d, task, flag.depends);
	struct slice rest, word;
	if (!data_get_flag(d, task, flag.depends, true, &rest))
		rest = SLICE("");
	while (slice_word(&rest, &word)) {
		struct slice tail = word, pn, what;
		if (!slice_field(&tail, ':', &pn) || !slice_field(&tail, ':', &what) || tail.p)
			raise_at(place_file(at), at.line,
					"%s[depends]: " SFMT ": write it as RECIPE:do_task",
					task->p, SARG(word));
		slices_add(data_arena(d), &deps, arena_printf(data_arena(d), SFMT ":" SFMT,
				SARG(virtual_provider(d, pn)), SARG(what)));
	}
	data_set_flag(d, task, flag.depends, slices_join(data_arena(d), &deps, " "));
}

void tasklist_settle(struct data *d) {
	struct slices written = *ledger_tasks(d);
	settle_depends(d);
	for (size_t i = 0; i < written.n; i++)
		settle_task_depends(d, atom(written.v[i]));
	for (size_t i = 0; i < written.n; i++)
		data_set_flag(d, atom(data_expand(d, written.v[i])), flag.task, SLICE("1"));
}

/* --- asking --- */

struct slices tasklist_names(struct data *d) {
	const struct slices *written = ledger_tasks(d);
	struct slices tasks = { 0 };
	for (size_t i = 0; i < written->n; i++) {
		struct slice task = data_expand(d, written->v[i]);
		if (!slices_has(&tasks, task))
			slices_add(data_arena(d), &tasks, task);
	}
	return tasks;
}

struct slices tasklist_written(struct data *d) {
	return *ledger_tasks(d);
}

struct slices tasklist_after(struct data *d, const struct atom *task) {
	struct slices deps = task_deps(d, task);
	for (size_t i = 0; i < deps.n; i++)
		deps.v[i] = data_expand(d, deps.v[i]);
	return deps;
}
