/* search: finds files along a path such as BBPATH, and the layer a path belongs to. */
#ifndef BAKE_SEARCH_H
#define BAKE_SEARCH_H

#include <stdbool.h>

struct arena;
struct data;
struct slice;

/* Does path exist (links followed)? Asked once a path: metadata does not change while it is
 * read. */
bool search_exists(struct slice path);
/* Looks again from now on: a new configuration is read. */
void search_forget(void);
/* The first DIR/item over the directories of path that exists; an absolute item is itself. Text in
 * arena a. */
bool search_path(struct arena *a, struct slice path, struct slice item, struct slice *found);
/* ": did you mean X?" of the files that lie where item was looked for, without their ending. Text in
 * arena a; empty when none is near. */
struct slice search_near(struct arena *a, struct slice path, struct slice item, const char *ending);
/* The collection whose BBFILE_PATTERN matches path, the longest pattern first; unset: none. */
struct slice search_layer(struct data *d, struct slice path);

#endif
