/* sig: what a task's identity covers: the variables and functions its text reaches, and their
 * hash. */
#ifndef BAKE_SIG_H
#define BAKE_SIG_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;
struct atom;
struct buf;
struct data;

/* The answers for one finished store; lives in the arena of the store. Variables are looked at once
 * for all tasks. Nothing may write to d between sig_new and the last sig_ call. */
struct sig;

struct sig *sig_new(struct data *d);

/* What one task covers. */
struct sig_task {
	struct slice hash;               /* base hash: 64 hex digits */
	const struct atom **vars;        /* variables and flags ("NAME[flag]") it reaches, sorted */
	size_t count;
};

/* The base hash of a task (vars too when asked for: for dumps and comparisons). Raises when a
 * variable cannot be expanded; one that only lacks a function (Python's) counts unexpanded. */
void sig_task(struct sig *s, const struct atom *task, bool want_vars, struct sig_task *result);

/* Did a task asked for so far reach this variable? */
bool sig_reached(const struct sig *s, const struct atom *name);

/* Everything that entered the hash, one "NAME value" a line (values escaped, passwords of URLs
 * masked), first the task's own text: to be kept beside the stamp. */
void sig_dump(struct sig *s, const struct atom *task, struct buf *out);
/* One line of a dump: name, blank, value with backslash, newline and tab escaped. */
void sig_line(struct buf *out, struct slice name, struct slice value);

#endif
