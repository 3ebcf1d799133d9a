/* same: which task hashes stand for the same bytes. When a task runs again and leaves what an
 * earlier run left, its dependents need not know: for them it keeps the earlier hash. */
#ifndef BAKE_SAME_H
#define BAKE_SAME_H

#include <stdbool.h>

#include "util.h"

struct arena;
struct graph;
struct task;
struct same;

/* Kept in dir (SSTATE_DIR), beside the artefacts. */
struct same *same_open(struct arena *a, const char *dir);
/* The hash that stands for this one; unset: itself. */
struct slice same_find(const struct same *s, struct slice hash);
/* Under what a content is found again: what t left and what that is used with. Hex, in a. */
struct slice same_key(struct arena *a, const struct graph *g, const struct task *t);
/* Where that is noted, relative to SSTATE_DIR and to a mirror, in a. */
const char *same_name(struct arena *a, struct slice key);
/* The first task hash that gave a content; unset: none is known here. */
struct slice same_first(const struct same *s, struct slice key);
/* Every key that is noted, by the hash it leads to: atom of the hash → struct slice *. Where several
 * lead to one, none is told. */
struct map;
void same_keys(const struct same *s, struct map *keys);
/* Takes over what another machine found: hash gave the content `key` (unset: unknown), as `first` had
 * before (unset, or hash itself: none had). What is known here already stays. True when hash has a
 * new one to stand for it. */
struct same_found {
	struct slice hash, key, first;
};
bool same_learn(const struct same *s, const struct same_found *f);
/* Notes the content of t, which has just run. True when an earlier run under another hash left the
 * same, to be used with the same: t->same is that one's. */
bool same_note(const struct same *s, const struct graph *g, struct task *t);
/* Notes the content of t, which was restored, unless another hash is known for it. */
void same_note_restored(const struct same *s, const struct graph *g, const struct task *t);

#endif
