/* library: functions written in C that expressions and Lua both call by their dotted name, and
 * the interface such a function sees. Other modules add theirs (bb.fetch.download,
 * bb.build.addtask). */
#ifndef BAKE_LIBRARY_H
#define BAKE_LIBRARY_H

#include "value.h"

struct atom;
struct data;
struct inline_run;

/* One call: positional arguments, then named ones. Results and texts live in `arena`. */
struct call {
	const struct atom *name;         /* the function's name, for messages */
	struct arena *arena;
	struct data *data;               /* the store the caller works on */
	const struct value *arg;
	size_t args;
	const struct atom **key;         /* names of the named arguments … */
	const struct value *named;       /* … and their values */
	size_t nameds;
	struct value more[3];            /* second and later results, for Lua: `return a, b` */
	size_t mores;
	/* Calls a function value (lambda, method, name) with args; unset when the caller has none.
	 * */
	struct value (*apply)(struct call *c, struct value function, const struct value *args,
			size_t n);
	struct inline_run *run;          /* of the expression that calls, for apply */
};

typedef struct value library_fn(struct call *c);

/* name as metadata writes it: "bb.utils.contains", "len", "fs.read". Adding again replaces. */
void library_add(const char *name, library_fn *fn);
/* Many at once; the table ends with a NULL name. */
struct library_entry {
	const char *name;
	library_fn *fn;
};
void library_add_all(const struct library_entry *table);
library_fn *library_find(const struct atom *name);   /* NULL when nobody added it */
/* Is there a function below this dotted name ("bb.utils" for bb.utils.contains)? A name that ends
 * in "()" stands for a constant: "os.sep()" is what os.sep evaluates to. */
bool library_is_module(const struct atom *name);
/* Steps over the names, for whoever must list them: for (i = 0; (e = library_next(&i)); ) … */
const struct library_entry *library_next(uint32_t *i);
/* ": did you mean X?" of the functions with names like this one, or empty. */
struct slice library_near(struct arena *a, struct slice name);

/* --- arguments: i counts from 0; a wrong type or a missing argument raises, naming function and
 * position. A named argument is found by call_named. --- */

struct slice call_text(struct call *c, size_t i);
struct slice call_text_or(struct call *c, size_t i, struct slice fallback);  /* absent or None */
int64_t call_int(struct call *c, size_t i);
int64_t call_int_or(struct call *c, size_t i, int64_t fallback);
const char *call_path(struct call *c, size_t i);     /* a text as a C string */
bool call_truth_or(struct call *c, size_t i, bool fallback);
struct data *call_data(struct call *c, size_t i);    /* a store; the caller's own when absent */
struct value call_value(struct call *c, size_t i);   /* None when absent */
bool call_named(struct call *c, const char *key, struct value *v);
/* The words of a text, or the texts of a list. */
void call_words(struct call *c, size_t i, struct slices *words);
void call_count(struct call *c, size_t least, size_t most);          /* raises unless in between */
/* Raises "NAME: reason". */
_Noreturn void call_fail(const struct call *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct value call_apply(struct call *c, struct value function, struct value argument);

#endif
