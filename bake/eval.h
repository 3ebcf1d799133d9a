/* eval: statements into a store: includes, classes, tasks, anonymous functions, variants. */
#ifndef BAKE_EVAL_H
#define BAKE_EVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct atom;
struct data;
struct lua_field;
struct map;

/* Makes d a store files can be evaluated into (inline code, what eval keeps beside variables). */
void eval_init(struct data *d);

/* --- configuration --- */

/* Evaluates a .conf file: absolute, or found on BBPATH. A missing one is raised at the place that
 * stands in the store (data_at). */
void eval_config(struct data *d, struct slice path);
/* Sets a variable for good: what the files of the configuration assign to it does not count. */
void eval_pin(struct data *d, const struct atom *name, struct slice value);
/* Inherits the classes, as INHERIT does. */
void eval_inherit(struct data *d, struct slice classes);
/* Runs the handlers that addhandler named for an event ("bb.event.ConfigParsed"); fields: what e tells
 * beside its name and data, may be NULL. Handlers in Python are kept and not run. Raises. */
void eval_event(struct data *d, const char *event, const struct lua_field *fields);
/* What follows is recipes: classes-recipe, no addpylib. Call before data_seal. */
void eval_config_done(struct data *d);

/* --- recipes --- */

struct eval_source {
	struct slice path;               /* absolute, of the .bb */
	struct slices appends;           /* its .bbappend files, in order */
	struct slice layer;              /* FILE_LAYERNAME; unset: none */
};

/* One finished store: the recipe itself (name is empty) or a variant of BBCLASSEXTEND. */
struct eval_variant {
	struct slice name;
	struct data *data;
	struct slice skipped;            /* the reason bb.skip gave; unset: none */
};

struct eval_variants {
	struct eval_variant *v;
	size_t n;
};

/* Evaluates the recipe over the sealed configuration: the recipe first, then its variants in order.
 * only: that variant alone ("" is the recipe itself); NULL: all. Stores live in arena a. Raises. */
struct eval_variants eval_recipe(struct arena *a, const struct data *config,
		const struct eval_source *source, const struct slice *only);

/* --- what a store holds beside variables --- */

/* Tasks in the order of addtask, names expanded. */
struct slices eval_tasks(struct data *d);
/* What task comes after in its own recipe, expanded. */
struct slices eval_task_after(struct data *d, const struct atom *task);
/* Paths of the inherited classes in order; a class is the base name of its path, less .bbclass. */
struct slices eval_classes(struct data *d);
bool eval_inherits(struct data *d, struct slice class_name);
/* Every file that was read, in order. */
struct slices eval_inputs(struct data *d);

#endif
