/* ledger: what evaluation notes beside the variables of a store: tasks, classes, files read,
 * inherits put off, handlers, anonymous functions. A child store starts from what its parent's
 * holds. */
#ifndef BAKE_LEDGER_H
#define BAKE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "data.h"
#include "util.h"

struct atom;
struct stmt;

/* An `inherit_defer`: its classes are expanded when its time has come. */
struct ledger_inherit {
	struct slice classes;
	struct place at;
};

/* An anonymous function. */
struct ledger_function {
	const struct stmt *stmt;
	struct place at;
};

void ledger_open(struct data *d);                    /* a store without a parent */
/* What children note from now on belongs to recipes: ledger_was_read forgets the configuration's
 * files. */
void ledger_begin_recipes(struct data *d);
bool ledger_recipes(const struct data *d);

/* A variable the command line has set: the files of the configuration do not change it any more. */
void ledger_pin(struct data *d, const struct atom *name);
bool ledger_pinned(const struct data *d, const struct atom *name);

/* Tasks: names as written, in the order of addtask. */
const struct slices *ledger_tasks(const struct data *d);
void ledger_add_task(struct data *d, struct slice name);     /* once */
void ledger_drop_task(struct data *d, struct slice name);

bool ledger_add_class(struct data *d, const struct atom *path);      /* true when new */
void ledger_add_input(struct data *d, const struct atom *path);
bool ledger_was_read(const struct data *d, const struct atom *path);
/* In order, the parents' first; in memory of arena a. */
struct slices ledger_classes(const struct data *d, struct arena *a);
struct slices ledger_inputs(const struct data *d, struct arena *a);

void ledger_defer(struct data *d, struct slice classes, struct place at);
bool ledger_next_deferred(struct data *d, struct ledger_inherit *next);      /* takes the oldest */

void ledger_add_handler(struct data *d, const struct atom *name);
struct slices ledger_handlers(const struct data *d, struct arena *a);
void ledger_add_function(struct data *d, const struct stmt *s, struct place at);
struct ledger_function *ledger_functions(const struct data *d, struct arena *a, size_t *count);

void ledger_skip(struct data *d, struct slice reason);
struct slice ledger_skipped(const struct data *d);   /* unset: not skipped */

#endif
