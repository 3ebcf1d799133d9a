/* tasklist: the tasks of a recipe and what comes before what among them. */
#ifndef BAKE_TASKLIST_H
#define BAKE_TASKLIST_H

#include "util.h"

struct atom;
struct data;

void tasklist_init(void);                            /* before anything else */
/* addtask and deltask of one task, with or without do_; before and after are words. */
void tasklist_add(struct data *d, struct slice task_name, struct slice before, struct slice after);
void tasklist_del(struct data *d, struct slice task_name);
/* At the end of a recipe: DEPENDS and [depends] name recipes in place of virtual providers
 * (BB_RECIPE_VIRTUAL_PROVIDERS), and every task has its flag. Raises for a [depends] that is none. */
void tasklist_settle(struct data *d);
/* Names in the order of addtask, expanded; and as they were written. */
struct slices tasklist_names(struct data *d);
struct slices tasklist_written(struct data *d);
/* What a task comes after, expanded. */
struct slices tasklist_after(struct data *d, const struct atom *task);

#endif
