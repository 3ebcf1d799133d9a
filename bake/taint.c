/* taint: one file a task in TMPDIR/taints, named by its id; the text is random and enters the task
 * hash. */
#include "taint.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "util.h"

static const char *path(struct arena *a, const char *tmpdir, struct slice id) {
	return arena_printf(a, "%s/taints/" SFMT, tmpdir, SARG(id)).p;
}

int taint_set(const char *tmpdir, struct task *t) {
	struct arena *a = arena_new();
	const char *file = path(a, tmpdir, t->id);
	uint64_t number = 0;
	int result = 0;
	if (getrandom(&number, sizeof number, 0) < 0 || os_mkparents(file) < 0
			|| os_write(file, arena_printf(a, "%016" PRIx64 "\n", number), 0644, false)
					   < 0) {
		error(SFMT ": %s: %s", SARG(t->id), file, strerror(errno));
		result = -1;
	}
	arena_free(a);
	return result;
}

void taint_read(const char *tmpdir, struct graph *g) {
	struct slices ids = { 0 };
	struct map known = { .arena = g->arena };
	struct slice text;
	if (os_list(g->arena, arena_printf(g->arena, "%s/taints", tmpdir).p, &ids) < 0
			|| ids.n == 0)
		return;
	for (size_t i = 0; i < ids.n; i++)
		map_add(&known, atom(ids.v[i]));
	for (uint32_t i = 0; i < g->count; i++) {
		struct task *t = &g->task[i];
		const struct atom *id = atom_find(t->id);
		if (!id || !map_get(&known, id)
				|| os_read(g->arena, path(g->arena, tmpdir, t->id), &text) < 0)
			continue;
		t->taint = slice_trim(text);
		if (!t->forced)
			note(SFMT ": was forced in an earlier run (`bake clean " SFMT
				  "` forgets it)",
					SARG(t->id), SARG(t->recipe->pn));
	}
}

void taint_forget(const char *tmpdir, struct slice pn) {
	struct arena *a = arena_new();
	struct slices files = { 0 };
	os_glob(a, arena_printf(a, "%s/taints/" SFMT ":*", tmpdir, SARG(pn)).p, &files);
	for (size_t i = 0; i < files.n; i++)
		os_remove(arena_str(a, files.v[i]));
	arena_free(a);
}
