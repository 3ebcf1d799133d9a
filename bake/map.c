/* map: one table of atoms for the process, and small open-addressing maps keyed by them.
 *
 * Invariants: an atom is never freed or moved; a map's entries keep the order of insertion, deleted
 * ones stay as holes until the next growth, and no more than 3/4 of the slots are taken. */
#include "map.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

/* --- atoms --- */

static struct {
	struct arena *arena;
	struct atom **slot;      /* power of two, at most half full */
	uint32_t slots, count;
} atoms;

/* FNV-1a, eight bytes at a time would not pay for names this short. */
static uint32_t hash_name(struct slice name) {
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 16777619u;
	return h ^ (h >> 15);
}

static struct atom **find_slot(struct slice name, uint32_t hash) {
	uint32_t mask = atoms.slots - 1;
	for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
		struct atom *a = atoms.slot[i];
		if (!a || (a->hash == hash && a->n == name.n && memcmp(a->p, name.p, name.n) == 0))
			return &atoms.slot[i];
	}
}

static void grow_atoms(void) {
	struct atom **old = atoms.slot;
	uint32_t n = atoms.slots;
	atoms.slots = n ? n * 2 : 4096;
	atoms.slot = xrealloc(NULL, atoms.slots * sizeof *atoms.slot);
	memset(atoms.slot, 0, atoms.slots * sizeof *atoms.slot);
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			*find_slot(atom_slice(old[i]), old[i]->hash) = old[i];
	free(old);
}

const struct atom *atom(struct slice name) {
	if (atoms.count * 2 >= atoms.slots)
		grow_atoms();
	if (!atoms.arena)
		atoms.arena = arena_new();
	uint32_t hash = hash_name(name);
	struct atom **slot = find_slot(name, hash);
	if (!*slot) {
		struct atom *a = ARENA_NEW(atoms.arena, struct atom);
		*a = (struct atom){ arena_str(atoms.arena, name), name.n, hash, atoms.count++ };
		*slot = a;
	}
	return *slot;
}

const struct atom *atom_of(const char *name) {
	return atom(slice_of(name));
}

const struct atom *atom_find(struct slice name) {
	return atoms.slots ? *find_slot(name, hash_name(name)) : NULL;
}

struct slice atom_slice(const struct atom *a) {
	return (struct slice){ a->p, a->n };
}

int atom_cmp(const struct atom *a, const struct atom *b) {
	return a == b ? 0 : slice_cmp(atom_slice(a), atom_slice(b));
}

uint32_t atom_count(void) {
	return atoms.count;
}

/* --- maps --- */

/* The slot that holds key, or the free one where it belongs. The index has slots. */
static uint32_t *map_slot(const struct map *m, const struct atom *key) {
	uint32_t mask = m->slots - 1;
	for (uint32_t i = key->hash & mask;; i = (i + 1) & mask) {
		uint32_t at = m->index[i];
		if (!at || m->entries[at - 1].key == key)
			return &m->index[i];
	}
}

static struct map_entry *find(const struct map *m, const struct atom *key) {
	if (!m->slots)
		return NULL;
	uint32_t at = *map_slot(m, key);
	return at ? &m->entries[at - 1] : NULL;
}

/* Makes room for one more entry, dropping the holes. */
static void grow_map(struct map *m) {
	struct map_entry *old = m->entries;
	uint32_t used = m->used;
	m->cap = m->live * 2 < 6 ? 6 : m->live * 2;
	m->slots = 8;
	while (m->slots * 3 < m->cap * 4)
		m->slots *= 2;
	m->entries = ARENA_ARRAY(m->arena, struct map_entry, m->cap);
	m->index = ARENA_ARRAY(m->arena, uint32_t, m->slots);
	m->used = 0;
	for (uint32_t i = 0; i < used; i++) {
		if (!old[i].value)
			continue;
		m->entries[m->used++] = old[i];
		*map_slot(m, old[i].key) = m->used;
	}
}

void *map_get(const struct map *m, const struct atom *key) {
	struct map_entry *e = find(m, key);
	return e ? e->value : NULL;
}

void map_put(struct map *m, const struct atom *key, void *value) {
	struct map_entry *e = find(m, key);
	if (e && e->value) {
		e->value = value;
		return;
	}
	/* A deleted key comes back at the end: its old entry becomes an unreachable hole. */
	if (m->used == m->cap)
		grow_map(m);
	uint32_t *slot = map_slot(m, key);
	m->entries[m->used++] = (struct map_entry){ key, value };
	*slot = m->used;
	m->live++;
}

bool map_del(struct map *m, const struct atom *key) {
	struct map_entry *e = find(m, key);
	if (!e || !e->value)
		return false;
	e->value = NULL;
	m->live--;
	return true;
}

size_t map_count(const struct map *m) {
	return m->live;
}

struct map_entry *map_next(const struct map *m, uint32_t *i) {
	while (*i < m->used) {
		struct map_entry *e = &m->entries[(*i)++];
		if (e->value)
			return e;
	}
	return NULL;
}

static int by_name(const void *a, const void *b) {
	return atom_cmp(*(const struct atom *const *)a, *(const struct atom *const *)b);
}

const struct atom **map_sorted(const struct map *m, struct arena *a, size_t *count) {
	const struct atom **keys = ARENA_ARRAY(a, const struct atom *, m->live + 1);
	struct map_entry *e;
	size_t n = 0;
	for (uint32_t i = 0; (e = map_next(m, &i));)
		keys[n++] = e->key;
	qsort(keys, n, sizeof *keys, by_name);
	*count = n;
	return keys;
}

bool map_add(struct map *set, const struct atom *key) {
	if (map_get(set, key))
		return false;
	map_put(set, key, (void *)key);
	return true;
}
