/* chain: from a task whose signature differs down to what changed. */
#ifndef BAKE_CHAIN_H
#define BAKE_CHAIN_H

#include <stddef.h>

#include "sigdiff.h"     /* part of a cause */

struct agenda;
struct task;

/* A task on the way down. */
struct link {
	struct slice id;
	const struct task *task;         /* as it is now; NULL: there is none of that name any more */
	const struct link *above;        /* who needs it; NULL: the task that was asked about */
};

/* Something that changed, and a task whose own hash it changed, the nearest first. */
struct cause {
	struct sigchange change;
	const struct link *at;
	size_t others;                   /* tasks that the same change reached beside this one */
};

struct chain {
	struct cause *v;
	size_t n, cap;
	struct slices lost;              /* tasks that differ, but whose data of then is not kept */
};

/* Compares two signature data of the task id, and those of the tasks below that differ, nearest
 * first. What an early cut-off hid from the task is no cause. Memory of the agenda. */
struct chain *chain_follow(struct agenda *g, struct slice id, struct slice old, struct slice new);

#endif
