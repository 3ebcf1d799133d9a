/* ledger: the notes hang on their stores and form a chain as the stores do. Only additions are kept
 * per store; the two lists things are taken from (tasks, deferred inherits) are copied instead. */
#include "ledger.h"
#include "map.h"
#include "parse.h"

#include <string.h>

struct functions {
	struct ledger_function *v;
	size_t n, cap;
};

struct inherits {
	struct ledger_inherit *v;
	size_t n, cap, taken;
};

struct ledger {
	const struct ledger *parent;
	const struct data *store;
	struct slices tasks;
	struct inherits deferred;
	struct map classes, inputs;      /* sets, in order */
	struct map pinned;               /* set */
	struct slices handlers;
	struct functions functions;
	struct slice skipped;
	bool recipes;                    /* below the configuration */
};

static struct ledger *make(struct data *d, const struct ledger *parent) {
	struct ledger *l = ARENA_NEW(data_arena(d), struct ledger);
	l->store = d;
	l->parent = parent;
	l->classes.arena = l->inputs.arena = l->pinned.arena = data_arena(d);
	data_set_state(d, l);
	return l;
}

static const struct ledger *of(const struct data *d) {
	return data_state(d);
}

/* The store's own ledger, opened on the first note. */
static struct ledger *own(struct data *d) {
	struct ledger *l = data_state(d);
	if (!l)
		broken("ledger: the store was not opened");
	if (l->store == d)
		return l;
	struct ledger *n = make(d, l);
	n->tasks = l->tasks;
	n->tasks.cap = n->tasks.n;       /* so that adding copies */
	n->deferred = l->deferred;
	n->deferred.cap = n->deferred.n;
	n->skipped = l->skipped;
	n->recipes = l->recipes;
	return n;
}

void ledger_open(struct data *d) {
	make(d, NULL);
}

void ledger_begin_recipes(struct data *d) {
	own(d)->recipes = true;
}

bool ledger_recipes(const struct data *d) {
	return of(d)->recipes;
}

void ledger_pin(struct data *d, const struct atom *name) {
	map_add(&own(d)->pinned, name);
}

bool ledger_pinned(const struct data *d, const struct atom *name) {
	return !of(d)->recipes && map_get(&of(d)->pinned, name);
}

/* --- tasks --- */

const struct slices *ledger_tasks(const struct data *d) {
	return &of(d)->tasks;
}

void ledger_add_task(struct data *d, struct slice name) {
	if (!slices_has(&of(d)->tasks, name))
		slices_add(data_arena(d), &own(d)->tasks, name);
}

void ledger_drop_task(struct data *d, struct slice name) {
	struct slices kept = { 0 };
	const struct slices *all = &of(d)->tasks;
	for (size_t i = 0; i < all->n; i++)
		if (!slice_eq(all->v[i], name))
			slices_add(data_arena(d), &kept, all->v[i]);
	own(d)->tasks = kept;
}

/* --- classes and files --- */

static bool has_class(const struct data *d, const struct atom *path) {
	for (const struct ledger *l = of(d); l; l = l->parent)
		if (map_get(&l->classes, path))
			return true;
	return false;
}

bool ledger_add_class(struct data *d, const struct atom *path) {
	return !has_class(d, path) && map_add(&own(d)->classes, path);
}

/* Opened after the configuration was complete. */
static bool of_recipe(const struct ledger *l) {
	return l->parent && l->parent->recipes;
}

bool ledger_was_read(const struct data *d, const struct atom *path) {
	bool recipes = of(d)->recipes;
	for (const struct ledger *l = of(d); l && of_recipe(l) == recipes; l = l->parent)
		if (map_get(&l->inputs, path))
			return true;
	return false;
}

void ledger_add_input(struct data *d, const struct atom *path) {
	map_add(&own(d)->inputs, path);
}

static bool in_parents(const struct ledger *l, size_t offset, const struct atom *key) {
	for (; l; l = l->parent)
		if (map_get((const struct map *)((const char *)l + offset), key))
			return true;
	return false;
}

static void list_set(const struct ledger *l, size_t offset, struct arena *a, struct slices *list) {
	struct map_entry *e;
	if (!l)
		return;
	list_set(l->parent, offset, a, list);
	const struct map *set = (const struct map *)((const char *)l + offset);
	for (uint32_t i = 0; (e = map_next(set, &i));)
		if (!in_parents(l->parent, offset, e->key))
			slices_add(a, list, atom_slice(e->key));
}

struct slices ledger_classes(const struct data *d, struct arena *a) {
	struct slices list = { 0 };
	list_set(of(d), offsetof(struct ledger, classes), a, &list);
	return list;
}

struct slices ledger_inputs(const struct data *d, struct arena *a) {
	struct slices list = { 0 };
	list_set(of(d), offsetof(struct ledger, inputs), a, &list);
	return list;
}

/* --- deferred inherits --- */

void ledger_defer(struct data *d, struct slice classes, struct place at) {
	struct inherits *list = &own(d)->deferred;
	if (list->n == list->cap) {
		struct ledger_inherit *v = ARENA_ARRAY(data_arena(d), struct ledger_inherit,
				list->n * 2 + 4);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = list->n * 2 + 4;
	}
	list->v[list->n++] = (struct ledger_inherit){ classes, at };
}

bool ledger_next_deferred(struct data *d, struct ledger_inherit *next) {
	const struct inherits *list = &of(d)->deferred;
	if (list->taken == list->n)
		return false;
	*next = list->v[list->taken];
	own(d)->deferred.taken++;
	return true;
}

/* --- handlers and functions --- */

void ledger_add_handler(struct data *d, const struct atom *name) {
	slices_add(data_arena(d), &own(d)->handlers, atom_slice(name));
}

static void list_handlers(const struct ledger *l, struct arena *a, struct slices *list) {
	if (!l)
		return;
	list_handlers(l->parent, a, list);
	for (size_t i = 0; i < l->handlers.n; i++)
		if (!slices_has(list, l->handlers.v[i]))
			slices_add(a, list, l->handlers.v[i]);
}

struct slices ledger_handlers(const struct data *d, struct arena *a) {
	struct slices list = { 0 };
	list_handlers(of(d), a, &list);
	return list;
}

void ledger_add_function(struct data *d, const struct stmt *s, struct place at) {
	struct functions *list = &own(d)->functions;
	if (list->n == list->cap) {
		struct ledger_function *v = ARENA_ARRAY(data_arena(d), struct ledger_function,
				list->n * 2 + 4);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = list->n * 2 + 4;
	}
	list->v[list->n++] = (struct ledger_function){ s, at };
}

static size_t copy_functions(const struct ledger *l, struct ledger_function *out) {
	size_t n = l->parent ? copy_functions(l->parent, out) : 0;
	if (out && l->functions.n)
		memcpy(out + n, l->functions.v, l->functions.n * sizeof *out);
	return n + l->functions.n;
}

struct ledger_function *ledger_functions(const struct data *d, struct arena *a, size_t *count) {
	*count = copy_functions(of(d), NULL);
	struct ledger_function *list = ARENA_ARRAY(a, struct ledger_function, *count + 1);
	copy_functions(of(d), list);
	return list;
}

/* --- skipping --- */

void ledger_skip(struct data *d, struct slice reason) {
	own(d)->skipped = arena_dup(data_arena(d), reason);
}

struct slice ledger_skipped(const struct data *d) {
	return of(d)->skipped;
}
