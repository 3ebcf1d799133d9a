/* same: two kinds of small files, each the name of a hash: content/KEY → the first task hash that
 * gave it, same/HASH → the hash that stands for it. The first one always wins, so that an answer
 * once given stays. Losing a file only costs work.
 *
 * A tree is used together with the trees its task reaches (a sysroot with those of DEPENDS): the
 * key holds them too, or what uses both would not see that the one below has changed. */
#include "same.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "graph.h"
#include "hash.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "util.h"

struct same {
	struct arena *arena;
	const char *dir;
};

struct same *same_open(struct arena *a, const char *dir) {
	struct same *s = ARENA_NEW(a, struct same);
	s->arena = a;
	s->dir = arena_str(a, slice_of(dir));
	return s;
}

static const char *path(struct arena *a, const struct same *s, const char *kind,
		struct slice hash) {
	return arena_printf(a, "%s/%s/%.2s/" SFMT, s->dir, kind, hash.p, SARG(hash)).p;
}

const char *same_name(struct arena *a, struct slice key) {
	return arena_printf(a, "content/%.2s/" SFMT, key.p, SARG(key)).p;
}

/* A sweep removes what was not used for long. */
static struct slice look(struct arena *a, const char *file, size_t length) {
	struct slice text;
	if (os_read(a, file, &text) < 0 || slice_trim(text).n != length
			|| !hash_is_hex(HASH_SHA256, slice_trim(text)))
		return SLICE_NONE;       /* one cut short or zeroed by a power cut is none */
	utimensat(AT_FDCWD, file, NULL, 0);
	return slice_trim(text);
}

static struct slice noted(const struct same *s, const char *kind, struct slice name) {
	struct arena *a = arena_new();
	struct slice found = look(a, path(a, s, kind, name), name.n);
	found = found.p ? arena_dup(s->arena, found) : found;
	arena_free(a);
	return found;
}

struct slice same_find(const struct same *s, struct slice hash) {
	return noted(s, "same", hash);
}

static void keep(const char *file, struct slice hash) {
	if (os_mkparents(file) < 0 || os_write(file, hash, 0644, false) < 0)
		debug("%s: not kept", file);
}

struct slice same_key(struct arena *a, const struct graph *g, const struct task *t) {
	struct slices with = { 0 };
	char hex[HASH_HEX];
	for (uint32_t i = 0; i < t->deps_count; i++) {
		const struct task *dep = &g->task[t->deps[i]];
		if (dep->spec->cached && dep->spec->name == t->spec->name)
			slices_add(a, &with, dep->same.n ? dep->same : dep->hash);
	}
	slices_sort(&with);
	hash_text(HASH_SHA256, arena_printf(a, SFMT " " SFMT " " SFMT, SARG(t->id), SARG(t->content),
		SARG(slices_join(a, &with, " "))), hex);
	return arena_dup(a, slice_of(hex));
}

struct slice same_first(const struct same *s, struct slice key) {
	return noted(s, "content", key);
}

void same_keys(const struct same *s, struct map *keys) {
	struct slices files = { 0 };
	static struct slice several;
	os_glob(s->arena, arena_printf(s->arena, "%s/content/*/*", s->dir).p, &files);
	for (size_t i = 0; i < files.n; i++) {
		struct slice key = os_basename(files.v[i]), first = same_first(s, key);
		struct slice *value = ARENA_NEW(s->arena, struct slice);
		*value = key;
		if (first.n)
			map_put(keys, atom(first), map_get(keys, atom(first)) ? &several : value);
	}
}

bool same_learn(const struct same *s, const struct same_found *f) {
	struct arena *a = arena_new();
	struct slice first = f->first.n ? f->first : f->hash;
	bool other = !slice_eq(first, f->hash) && !same_find(s, f->hash).n;
	if (f->key.n && !same_first(s, f->key).n)
		keep(path(a, s, "content", f->key), first);
	if (other)
		keep(path(a, s, "same", f->hash), first);
	arena_free(a);
	return other;
}

void same_note_restored(const struct same *s, const struct graph *g, const struct task *t) {
	struct arena *a = arena_new();
	if (!t->same.n)
		same_learn(s, &(struct same_found){ .hash = t->hash, .key = same_key(a, g, t) });
	arena_free(a);
}

bool same_note(const struct same *s, const struct graph *g, struct task *t) {
	struct arena *a = arena_new();
	struct slice key = same_key(a, g, t), first = same_first(s, key);
	bool other = first.n && !slice_eq(first, t->hash);
	if (!first.n)
		keep(path(a, s, "content", key), t->hash);
	if (other) {
		t->same = first;
		keep(path(a, s, "same", t->hash), first);
	}
	arena_free(a);
	return other;
}
