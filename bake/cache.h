/* cache: the records of an earlier run, good for as long as everything they were made from is what
 * it was. Lies below TMPDIR; may be deleted at any time. */
#ifndef BAKE_CACHE_H
#define BAKE_CACHE_H

#include <stdbool.h>

struct arena;
struct config;
struct layer_file;
struct recipes;

struct cache;

/* The cache of this configuration: another one (a variable, a file of it, this program) has another.
 * Never fails: what cannot be read, or is damaged, is empty. */
struct cache *cache_open(struct arena *a, struct config *c);
/* Adds the file's records to *list when they hold: false otherwise, and nothing is added. */
bool cache_take(struct cache *k, const struct layer_file *file, struct recipes *list);
/* Keeps what the records say, when it says anything new. What cannot be written is not kept: the
 * next run only takes longer. */
void cache_keep(struct cache *k, const struct recipes *list);

#endif
