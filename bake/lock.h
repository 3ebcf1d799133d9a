/* lock: conf/sources.lock: which sources a build is made of, one stanza a recipe. Text; nothing is
 * resolved here.
 *
 * A stanza is lines "KEY VALUE". Keys of a source: recipe, target (TARGET_ARCH of the build),
 * channel (openeuler, upstream), reason, version, licence, and either url lines ("URL sha256=…
 * size=…", "URL commit=…") with the recipe's own patch lines, or a package: package (its URL),
 * commit or sha256, spec, directory, source, patch, licence-text and prep lines. The first stanza is the lock's own: lock (its
 * format), channel, reason. */
#ifndef BAKE_LOCK_H
#define BAKE_LOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;
struct data;

/* A stanza: its text, every line ended. */
struct lock_entry {
	struct slice recipe, target;
	struct slice text;
};

struct lock {
	struct arena *arena;
	const char *path;
	struct slice channel;    /* what package sources come from; unset: not found out yet */
	struct slice reason;     /* why it is upstream; empty: nobody tried anything else */
	struct lock_entry *entry;        /* sorted by recipe, then target */
	size_t n, cap;
	bool changed;            /* since it was read */
};

struct lock *lock_new(struct arena *a, const char *path);
/* An absent file gives an empty lock; a damaged one raises with its line. */
struct lock *lock_read(struct arena *a, const char *path);
/* The lock that a file of this text would hold; text outlives it. Raises as lock_read. */
struct lock *lock_parse(struct arena *a, const char *path, struct slice text);
/* What lock_write writes. */
struct slice lock_text(const struct lock *l);
/* Writes it, sorted, when it was changed. 0, or −1 with a message. */
int lock_write(struct lock *l);

/* A reason of several lines becomes one. */
void lock_settle(struct lock *l, struct slice channel, struct slice reason);
/* NULL when there is none. */
const struct lock_entry *lock_find(const struct lock *l, struct slice recipe, struct slice target);
/* Adds a stanza or replaces the one of that recipe and target; text is copied. */
void lock_put(struct lock *l, const struct lock_entry *e);
void lock_drop(struct lock *l, struct slice recipe, struct slice target);
/* The first value of a key; unset when there is none. */
struct slice lock_value(struct slice text, const char *key);
/* Takes the next value of key off *text; false at the end. */
bool lock_next(struct slice *text, const char *key, struct slice *value);

/* What recipes see of it: SOURCES_CHANNEL, and the stanzas of TARGET_ARCH as SOURCE_LOCK_PN. */
void lock_apply(const struct lock *l, struct data *d);

#endif
