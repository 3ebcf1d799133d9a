/* same: two kinds of small files, each the name of a hash: content/KEY → the first task hash that
 * gave it, same/HASH → the hash that stands for it. The first one always wins, so that an answer
 * once given stays. Losing a file only costs work.
 *
 * A tree is used together with the trees its task reaches (a sysroot with those of DEPENDS): the
 * key holds them too, or what uses both would not see that the one below has changed. */
#include "same.h"

#include <errno.h>

#include "graph.h"
#include "hash.h"
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

/* What t left and what that is used with. */
static struct slice key_of(struct arena *a, const struct graph *g, const struct task *t) {
	struct slices with = { 0 };
	for (uint32_t i = 0; i < t->deps_count; i++) {
		const struct task *dep = &g->task[t->deps[i]];
		if (dep->spec->cached && dep->spec->name == t->spec->name)
			slices_add(a, &with, dep->same.n ? dep->same : dep->hash);
	}
	slices_sort(&with);
	return arena_printf(a, SFMT " " SFMT " " SFMT, SARG(t->id), SARG(t->content),
		SARG(slices_join(a, &with, " ")));
}

/* The first task hash with this key; written when this is it. */
static struct slice first_with(struct arena *a, const struct same *s, struct slice key,
		const struct task *t) {
	char hex[HASH_HEX];
	struct slice first;
	hash_text(HASH_SHA256, key, hex);
	const char *file = path(a, s, "content", slice_of(hex));
	/* One cut short by a power cut is none. */
	if (os_read(a, file, &first) == 0 && slice_trim(first).n == t->hash.n)
		return slice_trim(first);
	keep(file, t->hash);
	return t->hash;
}

bool same_note(const struct same *s, const struct graph *g, struct task *t) {
	struct arena *a = arena_new();
	struct slice first = first_with(a, s, key_of(a, g, t), t);
	bool other = first.n == t->hash.n && !slice_eq(first, t->hash);
	if (other) {
		t->same = arena_dup(s->arena, first);
		keep(path(a, s, "same", t->hash), first);
	}
	arena_free(a);
	return other;
}

int same_copy(struct arena *a, const char *from, const char *to) {
	const char *const kinds[] = { "same", "content" };
	for (size_t i = 0; i < 2; i++) {
		const char *source = arena_printf(a, "%s/%s", from, kinds[i]).p;
		if (os_is_dir(source) && (os_mkdirs(to) || os_copy_tree(source,
				arena_printf(a, "%s/%s", to, kinds[i]).p, false)))
			return -1;
	}
	return 0;
}
