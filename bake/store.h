/* store: the artefact cache: a task's output trees, packed, under its task hash. */
#ifndef BAKE_STORE_H
#define BAKE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct slice;

struct store;

struct store_entry {
	const char *hash;        /* task hash, hex */
	const char *id;          /* "PN:do_task", for people */
	/* The trees, as pairs: a stable name inside the artefact and where it stands now. */
	const char *const *names;
	const char *const *dirs;
	size_t count;
	/* Seconds (SOURCE_DATE_EPOCH): later mtimes become this one, in the artefact and, so that
	 * building and restoring leave the same trees, on disk too. 0: a fixed day long ago. */
	int64_t newest;
};

struct store *store_open(struct arena *a, const char *dir);  /* makes it; NULL: message given */
bool store_has(const struct store *s, const char *hash);
/* The content hash recorded for an artefact, without unpacking it; unset when it is not there. */
struct slice store_content(const struct store *s, const char *hash);
/* Packs the trees (tar.zst, deterministic), atomically; *content receives the content hash (hex,
 * arena of the store). 0, or −1 with a message (disk full …): the build goes on without it. */
int store_put(struct store *s, const struct store_entry *e, struct slice *content);
/* Replaces the trees by what the artefact holds, verified while reading. A corrupt one is set aside
 * with a warning and −1 returned: the task must run then. */
int store_get(struct store *s, const struct store_entry *e, struct slice *content);

#endif
