/* stamp: names and files beside each other in the directory of ${STAMP}. A stamp carries the task
 * hash in its name, so "is it current" is one look at the directory. */
#include "stamp.h"

#include <errno.h>
#include <string.h>

#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "util.h"

enum { HASH_DIGITS = 64 };

char *stamp_path(struct arena *a, const struct task *t) {
	struct slice extra = t->spec->stamp_extra;
	return arena_str(a, arena_printf(a, SFMT ".%s." SFMT "%s" SFMT, SARG(t->recipe->stamp),
		t->spec->name->p, SARG(t->hash), extra.n ? "." : "", SARG(extra)));
}

bool stamp_is_there(const struct task *t) {
	struct arena *a = arena_new();
	bool there = os_exists(stamp_path(a, t));
	arena_free(a);
	return there;
}

struct slice stamp_content(struct arena *a, const struct task *t) {
	struct slice text;
	if (os_read(a, stamp_path(a, t), &text) < 0)
		return SLICE_NONE;
	text = slice_trim(text);
	return text.n ? text : SLICE_NONE;
}

char *stamp_beside(struct arena *a, const struct task *t, const char *kind) {
	struct slice extra = t->spec->stamp_extra;
	return arena_str(a, arena_printf(a, SFMT "/%s." SFMT ".%s%s" SFMT,
					    SARG(os_dirname(t->recipe->stamp)), kind,
					    SARG(t->recipe->pn), t->spec->name->p,
					    extra.n ? "." : "", SARG(extra)));
}

/* Is name "PV-PR.do_x.HASH" or "PV-PR.do_x.HASH.extra" of this very task? Stamps of another version
 * are, when the directory belongs to the recipe as Yocto's do. */
static bool is_stamp_of(struct slice name, const struct task *t, const char *infix) {
	size_t at;
	bool own_dir = slice_eq(os_basename(os_dirname(t->recipe->stamp)), t->recipe->pn);
	if (!slice_find(name, infix, &at))
		return false;
	if (!own_dir && !slice_eq(slice_sub(name, 0, at), os_basename(t->recipe->stamp)))
		return false;
	struct slice rest = slice_sub(name, at + strlen(infix), name.n);
	struct slice extra = t->spec->stamp_extra;
	if (rest.n == HASH_DIGITS)
		return extra.n == 0;
	return rest.n > HASH_DIGITS && rest.p[HASH_DIGITS] == '.'
		&& slice_eq(slice_sub(rest, HASH_DIGITS + 1, rest.n), extra);
}

struct slice stamp_hash(struct arena *a, const struct task *t) {
	struct slice infix = arena_printf(a, ".%s.", t->spec->name->p);
	struct slices names = { 0 };
	size_t at;
	os_list(a, arena_str(a, os_dirname(t->recipe->stamp)), &names);
	for (size_t i = 0; i < names.n; i++)
		if (is_stamp_of(names.v[i], t, infix.p) && slice_find(names.v[i], infix.p, &at))
			return slice_sub(names.v[i], at + infix.n, at + infix.n + HASH_DIGITS);
	return SLICE_NONE;
}

/* Removes the stamps of t but `keep` (a path, or NULL). */
static void remove_others(struct arena *a, const struct task *t, const char *keep) {
	struct slice dir = os_dirname(t->recipe->stamp);
	struct slice infix = arena_printf(a, ".%s.", t->spec->name->p);
	struct slices names = { 0 };
	if (os_list(a, arena_str(a, dir), &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct slice path = os_path(a, dir, names.v[i]);
		if (is_stamp_of(names.v[i], t, infix.p) && !(keep && slice_is(path, keep)))
			os_remove(path.p);
	}
}

void stamp_remove(const struct task *t) {
	struct arena *a = arena_new();
	remove_others(a, t, NULL);
	arena_free(a);
}

void stamp_clear(const struct recipe *r) {
	struct arena *a = arena_new();
	struct slice dir = os_dirname(r->stamp), base = os_basename(r->stamp);
	struct slices names = { 0 };
	const char *stamps = arena_printf(a, SFMT ".do_", SARG(base)).p;
	const char *manifests = arena_printf(a, "manifest." SFMT ".do_", SARG(r->pn)).p;
	os_list(a, arena_str(a, dir), &names);
	for (size_t i = 0; i < names.n; i++)
		if (slice_starts(names.v[i], stamps) || slice_starts(names.v[i], manifests))
			os_remove(os_path(a, dir, names.v[i]).p);
	arena_free(a);
}

int stamp_write(const struct task *t, struct slice content) {
	struct arena *a = arena_new();
	char *path = stamp_path(a, t);
	int result = 0;
	remove_others(a, t, path);
	if (os_mkparents(path) < 0 || os_write(path, content, 0644, false) < 0) {
		error("stamp: %s: %s", path, strerror(errno));
		result = -1;
	}
	arena_free(a);
	return result;
}
