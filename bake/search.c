/* search: which file a name means. What exists is remembered, because every recipe asks for the
 * same classes again. */
#include "search.h"
#include "data.h"
#include "map.h"
#include "os.h"
#include "regex.h"
#include "util.h"
#include "witness.h"

#include <string.h>
#include <unistd.h>

static struct map known;         /* path → "y" or "n" */

void search_forget(void) {
	arena_free(known.arena);
	known = (struct map){ 0 };
}

bool search_exists(struct slice path) {
	if (!known.arena)
		known.arena = arena_new();
	const struct atom *name = atom(path);
	const char *answer = map_get(&known, name);
	witness_existence(name->p);
	if (!answer) {
		answer = access(name->p, F_OK) == 0 ? "y" : "n";
		map_put(&known, name, (void *)answer);
	}
	return *answer == 'y';
}

static struct slice join(struct arena *a, struct slice dir, struct slice item) {
	if (!dir.n || item.p[0] == '/')
		return item;
	return dir.p[dir.n - 1] == '/' ? arena_printf(a, SFMT SFMT, SARG(dir), SARG(item)) :
		os_path(a, dir, item);
}

bool search_path(struct arena *a, struct slice path, struct slice item, struct slice *found) {
	struct slice dir;
	while (item.n && slice_field(&path, ':', &dir)) {
		struct slice at = join(a, dir, item);
		if (!search_exists(at))
			continue;
		*found = at.p[0] == '/' ? at : slice_of(os_absolute(a, arena_str(a, at)));
		return true;
	}
	return false;
}

struct slice search_near(struct arena *a, struct slice path, struct slice item, const char *ending) {
	struct slices names = { 0 }, all = { 0 };
	struct slice dir, name = os_basename(item), below = os_dirname(item);
	size_t n = strlen(ending);
	if (slice_ends(name, ending))
		name.n -= n;
	while (slice_field(&path, ':', &dir)) {
		names = (struct slices){ 0 };
		os_list(a, arena_str(a, memchr(item.p, '/', item.n) ? join(a, dir, below) : dir), &names);
		for (size_t i = 0; i < names.n; i++)
			if (slice_ends(names.v[i], ending))
				slices_add(a, &all, slice_sub(names.v[i], 0, names.v[i].n - n));
	}
	return near_hint(a, name, &all);
}

struct slice search_layer(struct data *d, struct slice path) {
	struct slice rest = data_text(d, "BBFILE_COLLECTIONS"), one, best = SLICE_NONE;
	size_t longest = 0;
	while (slice_word(&rest, &one)) {
		const char *why;
		struct slice name = arena_printf(data_arena(d), "BBFILE_PATTERN_" SFMT, SARG(one));
		struct slice pattern = data_text(d, name.p);
		if (pattern.n <= longest)
			continue;
		struct regex *r = regex_new(data_arena(d), pattern, &why);
		if (r && regex_match(r, path)) {
			longest = pattern.n;
			best = one;
		}
	}
	return best;
}
