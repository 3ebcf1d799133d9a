/* clean: takes away what a build left: of some recipes, or all of TMPDIR. Downloads and stored
 * artefacts are shared by every build and stay. */
#include "clean.h"

#include <errno.h>
#include <string.h>

#include "artefact.h"
#include "data.h"
#include "layer.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "provider.h"
#include "recipe.h"
#include "stamp.h"
#include "taint.h"
#include "util.h"
#include "workspace.h"

static int remove_tree(struct arena *a, struct slice path) {
	const char *dir = arena_str(a, path);
	/* An unset variable must never become "/". */
	if (path.n < 2 || os_remove(dir) == 0)
		return 0;
	error("clean: %s: %s", dir, strerror(errno));
	return -1;
}

/* WORKDIR, stamps, and what the recipe's tasks put into shared directories. */
static int clean_recipe(struct workspace *w, struct slice name) {
	const struct provider_choice *choice = provider_build(w->providers, name);
	if (choice->n == 0) {
		error("nothing provides " SFMT ": %s", SARG(name),
			choice->why ? choice->why : "it is ASSUME_PROVIDED");
		return -1;
	}
	const struct recipe *r = choice->v[0];
	struct data *d = recipe_data(w->config, r->id, w->arena);
	artefact_withdraw(r);
	stamp_clear(r);
	taint_forget(arena_str(w->arena, data_text(d, "TMPDIR")), r->pn);
	return remove_tree(w->arena, data_text(d, "WORKDIR"));
}

static int clean_all(struct workspace *w, const struct options *o) {
	if (workspace_configure(w, o) < 0)
		return 1;
	return remove_tree(w->arena, data_text(w->config->data, "TMPDIR")) < 0;
}

int clean_built(struct arena *a, const struct options *o) {
	if (o->words.n == 0 && !o->all) {
		error("clean: name recipes, or --all for all that was built");
		return 2;
	}
	struct workspace *w = workspace_find(a, o);
	int result = 0;
	if (!w || workspace_lock(w) < 0)
		return 1;
	if (o->all)
		return clean_all(w, o);
	if (workspace_open(w, o) < 0)
		return 1;
	for (size_t i = 0; i < o->words.n; i++)
		if (clean_recipe(w, o->words.v[i]) < 0)
			result = 1;
	return result;
}
