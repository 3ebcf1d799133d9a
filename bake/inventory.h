/* inventory: what an artefact store holds, and what of it a build that is running may want. */
#ifndef BAKE_INVENTORY_H
#define BAKE_INVENTORY_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;

struct inventory_item {
	const char *hash;        /* task hash */
	const char *file;        /* of the archive */
	struct slice artefact;   /* "PN:do_task"; unset: it has no provenance */
	uint64_t bytes;          /* of the archive and its provenance */
	uint64_t cpu_ms;         /* what it cost; 0: unknown */
	int64_t used;            /* last, seconds since 1970 */
};

struct inventory {
	const char *dir;
	struct inventory_item *item;     /* the longest unused first */
	size_t n;
	uint64_t bytes;
	size_t damaged;          /* files set aside as *.bad, leftovers of killed builds (*.tmp-*) */
};

/* 0, or −1 with errno and no message. */
int inventory_read(struct arena *a, const char *dir, struct inventory *v);
/* Removes an artefact with all that stands beside it. 0, or −1 with errno. */
int inventory_remove(const struct inventory_item *item);
/* Removes what was set aside and left over before one time, and notes of equal hashes not used since another. */
void inventory_sweep(const struct inventory *v, int64_t left_before, int64_t noted_before);

/* Says to every gc, until this process and its children have ended, that a build is at work. Never
 * fails: a store that cannot be written to cannot be collected either. */
void inventory_lease(const char *dir);
/* When the oldest of the builds at work began (seconds, by the file system's clock); INT64_MAX: none
 * is. */
int64_t inventory_oldest_lease(struct arena *a, const char *dir);

#endif
