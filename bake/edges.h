/* edges: every recipe the targets reach and what each of its tasks depends on, before pruning. */
#ifndef BAKE_EDGES_H
#define BAKE_EDGES_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct atom;
struct providers;
struct recipe;

struct numbers {
	uint32_t *v;
	uint32_t n, cap;
};

/* A recipe the targets reach. Its tasks are numbered from first on, in the order of the record. */
struct unit {
	const struct recipe *recipe;
	uint32_t first;
	struct numbers build, run;       /* units chosen for DEPENDS; for RDEPENDS, RRECOMMENDS */
};

struct edges {
	struct unit *unit;
	uint32_t units;
	uint32_t tasks;
	uint32_t *owner;                 /* task → unit */
	struct numbers *deps;            /* task → tasks it depends on; no repeats, not itself */
	struct numbers targets;          /* tasks asked for, in the order of the command line */
};

/* A task of what provides name. */
struct edges_target {
	struct slice name, task;
};

/* NULL after reporting every name nothing provides (who asked for it, near names) and every task
 * that does not exist. */
struct edges *edges_build(struct arena *a, struct providers *p, const struct edges_target *targets,
		size_t count);

#endif
