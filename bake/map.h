/* map: atoms (interned names) and the one map keyed by them. */
#ifndef BAKE_MAP_H
#define BAKE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice;
struct arena;

/* An interned name: two atoms are the same name exactly when they are the same pointer. Lives as
 * long as the process. text.p is NUL-terminated. */
struct atom {
	const char *p;
	size_t n;
	uint32_t hash;
	uint32_t id;             /* dense, in order of interning: an index for side tables */
};

const struct atom *atom(struct slice name);
const struct atom *atom_of(const char *name);
const struct atom *atom_find(struct slice name);     /* NULL when never interned */
struct slice atom_slice(const struct atom *a);
int atom_cmp(const struct atom *a, const struct atom *b);     /* byte order of the names */
uint32_t atom_count(void);

/* Atom → pointer, insertion-ordered. Start from {.arena = a}; memory comes from the arena.
 * Values are never NULL (NULL means absent). */
struct map_entry {
	const struct atom *key;
	void *value;             /* NULL: deleted */
};

struct map {
	struct arena *arena;
	struct map_entry *entries;       /* in insertion order, deleted ones included */
	uint32_t *index;                 /* hash slots: entry number + 1, 0 = empty */
	uint32_t used, live, slots, cap;
};

void *map_get(const struct map *m, const struct atom *key);           /* NULL when absent */
void map_put(struct map *m, const struct atom *key, void *value);     /* replaces */
bool map_del(struct map *m, const struct atom *key);                  /* was it there? */
size_t map_count(const struct map *m);
/* Steps over the live entries in insertion order: for (i = 0; (e = map_next(m, &i)); ) … */
struct map_entry *map_next(const struct map *m, uint32_t *i);
/* The keys in byte order, in memory of arena a; *count receives how many. */
const struct atom **map_sorted(const struct map *m, struct arena *a, size_t *count);

/* A set of atoms, insertion-ordered, is a map whose values are the atoms themselves. */
bool map_add(struct map *set, const struct atom *key);                /* true when new */

#endif
