/* same: two kinds of small files, each the name of a hash: content/ID-CONTENT → the first task hash that
 * gave it, same/HASH → the hash that stands for it. The first one always wins, so that an answer once
 * given stays. Losing a file only costs work. */
#include "same.h"

#include <errno.h>

#include "graph.h"
#include "hash.h"
#include "os.h"
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

static const char *path(struct arena *a, const struct same *s, const char *kind, struct slice hash) {
	return arena_printf(a, "%s/%s/%.2s/" SFMT, s->dir, kind, hash.p, SARG(hash)).p;
}

struct slice same_find(const struct same *s, struct slice hash) {
	struct arena *a = arena_new();
	struct slice text, found = SLICE_NONE;
	if (os_read(a, path(a, s, "same", hash), &text) == 0)
		found = arena_dup(s->arena, slice_trim(text));
	arena_free(a);
	return found.n == hash.n ? found : SLICE_NONE;
}

static void keep(const char *file, struct slice hash) {
	if (os_mkparents(file) < 0 || os_write(file, hash, 0644, false) < 0)
		debug("%s: not kept", file);
}

/* What stands for the first run with this content; written when this is it. */
static struct slice first_with_content(struct arena *a, const struct same *s, const struct task *t) {
	char hex[HASH_HEX];
	struct slice first;
	hash_text(HASH_SHA256, arena_printf(a, SFMT " " SFMT, SARG(t->id), SARG(t->content)), hex);
	const char *file = path(a, s, "content", slice_of(hex));
	if (os_read(a, file, &first) == 0)
		return slice_trim(first);
	keep(file, t->hash);
	return t->hash;
}

bool same_note(const struct same *s, struct task *t) {
	struct arena *a = arena_new();
	struct slice first = first_with_content(a, s, t);
	bool other = first.n == t->hash.n && !slice_eq(first, t->hash);
	if (other) {
		t->same = arena_dup(s->arena, first);
		keep(path(a, s, "same", t->hash), first);
	}
	arena_free(a);
	return other;
}
