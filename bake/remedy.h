/* remedy: what to do about what a failed task lacked. */
#ifndef BAKE_REMEDY_H
#define BAKE_REMEDY_H

#include <stdbool.h>

struct arena;
struct data;
struct providers;
struct slice;
struct task;

struct remedy {
	struct data *config;
	struct providers *providers;     /* recipes that may have what is missing */
	const char *home;        /* $HOME as tasks without network see it; NULL: the user's own */
	bool hermetic;
};

/* What the end of a task's log tells to be missing and what would help: lines "missing: what: which:
 * what to do", each ended by a newline, in a; empty when the log tells nothing. Reads directories. */
struct slice remedy_find(const struct remedy *r, struct arena *a, const struct task *t,
		struct slice log);

#endif
