/* show: the commands that read and print: metadata with where it comes from, the graph of tasks. */
#include "show.h"

#include <stdio.h>

#include "chart.h"
#include "data.h"
#include "dump.h"
#include "graph.h"
#include "harvest.h"
#include "json.h"
#include "layer.h"
#include "listing.h"
#include "map.h"
#include "options.h"
#include "provider.h"
#include "recipe.h"
#include "util.h"
#include "workspace.h"

/* --- which store --- */

/* The finished store of the recipe that name stands for; NULL: message given. */
static struct data *recipe_store(struct workspace *w, const struct options *o, struct slice name) {
	if (workspace_open(w, o) < 0)
		return NULL;
	const struct provider_choice *choice = provider_build(w->providers, name);
	if (choice->n > 0)
		return recipe_data(w->config, choice->v[0]->id, w->arena);
	error("nothing provides " SFMT ": %s", SARG(name),
			choice->why ? choice->why : "it is ASSUME_PROVIDED");
	return NULL;
}

/* The recipe's store, or with an unset name the configuration's. */
static struct data *open_store(struct workspace *w, const struct options *o, struct slice name) {
	if (name.n)
		return recipe_store(w, o, name);
	return workspace_configure(w, o) < 0 ? NULL : w->config->data;
}

/* --- the commands --- */

static int environment_json(struct arena *a, const struct options *o, struct slice recipe) {
	struct workspace *w = workspace_find(a, o);
	struct layer_faults faults = { 0 };
	if (!w)
		return 1;
	workspace_load(w, o, &faults);
	struct dump_wish wish = { .recipe = recipe, .vars = o->vars };
	return dump_json(w->config, &wish, faults.v, faults.n) ? 1 : 0;
}

int show_environment(struct arena *a, const struct options *o) {
	struct slice recipe = o->words.n ? o->words.v[0] : SLICE_NONE;
	size_t count;
	if (o->json)
		return environment_json(a, o, recipe);
	
	struct workspace *w = workspace_find(a, o);
	struct data *d = w ? open_store(w, o, recipe) : NULL;
	if (!d)
		return 1;
	const struct atom **names = data_keys(d, a, &count);
	for (size_t i = 0; i < count; i++)
		listing_variable(d, names[i], a);
	return 0;
}

/* --- getvar --- */

struct wanted {
	const struct options *o;
	struct data *data;
	const struct atom *name, *flag;  /* flag NULL: the variable itself */
};

static bool read_value(const struct wanted *v, bool expand, struct slice *value) {
	if (v->flag)
		return data_get_flag(v->data, v->name, v->flag, expand, value);
	return expand ? data_get(v->data, v->name, value) : data_get_raw(v->data, v->name, value);
}

static int not_set(const struct wanted *v, struct arena *a) {
	struct slices names = { 0 };
	size_t count;
	const struct atom **keys = data_keys(v->data, a, &count);
	if (v->flag) {
		error("getvar: %s[%s]: not set", v->name->p, v->flag->p);
		return 1;
	}
	for (size_t i = 0; i < count; i++)
		slices_add(a, &names, atom_slice(keys[i]));
	error("getvar: %s: not set" SFMT, v->name->p, SARG(near_hint(a, atom_slice(v->name), &names)));
	return 1;
}

/* What cannot be expanded has no member "value"; the reason is the error of the command. */
static void variable_json(const struct wanted *v, struct arena *a, struct slice value) {
	struct json j = { .out = stdout };
	struct slice raw;
	json_open(&j, SLICE_NONE, '{');
	json_text(&j, SLICE("name"), atom_slice(v->name));
	if (v->flag)
		json_text(&j, SLICE("flag"), atom_slice(v->flag));
	if (read_value(v, false, &raw))
		json_text(&j, SLICE("unexpanded"), raw);
	if (!v->o->unexpanded)
		json_text(&j, SLICE("value"), value);
	listing_json_history(&j, v->data, v->name, a);
	json_close(&j, '}');
}

int show_variable(struct arena *a, const struct options *o) {
	struct wanted v = { .o = o };
	struct slice value;
	if (o->words.n != 1) {
		error("getvar: name one variable");
		return 2;
	}
	struct workspace *w = workspace_find(a, o);
	v.data = w ? open_store(w, o, o->recipe) : NULL;
	if (!v.data)
		return 1;
	v.name = atom(o->words.v[0]);
	v.flag = o->flag.n ? atom(o->flag) : NULL;
	if (!read_value(&v, !o->unexpanded, &value))
		return not_set(&v, a);
	if (o->json)
		variable_json(&v, a, value);
	else if (o->value_only)
		printf(SFMT "\n", SARG(value));
	if (o->json || o->value_only)
		return 0;
	listing_history(v.data, v.name, v.flag, a);
	if (!o->history)
		listing_value(v.name, v.flag, value);
	return 0;
}

/* What BitBake finds out when it parses and a build only of the recipes it needs: variables that a
 * task reaches and that cannot be expanded. */
static size_t check_tasks(struct workspace *w) {
	struct harvest_wanted all = { ARENA_ARRAY(w->arena, struct recipe *, w->recipes->n + 1), 0 };
	size_t failed = 0;
	for (size_t i = 0; i < w->recipes->n; i++)
		if (!w->recipes->v[i].skipped.p)
			all.v[all.n++] = &w->recipes->v[i];
	workspace_identify(w, &all);
	for (size_t i = 0; i < all.n; i++)
		failed += !all.v[i]->identified;
	return failed;
}

int show_parse(struct arena *a, const struct options *o) {
	struct workspace *w = workspace_find(a, o);
	size_t skipped = 0;
	if (!w)
		return 1;
	workspace_open(w, o);
	if (!w->recipes)
		return 1;
	for (size_t i = 0; i < w->recipes->n; i++) {
		const struct recipe *r = &w->recipes->v[i];
		skipped += r->skipped.n > 0;
		if (slice_starts(r->skipped, RECIPE_NEEDS_PYTHON))
			note(SFMT " is left out: it " SFMT, SARG(r->pn), SARG(r->skipped));
	}
	size_t failed = w->failures->n + (o->all ? check_tasks(w) : 0);
	printf("%zu recipe files, %zu recipes (%zu skipped), %zu failed\n", w->config->files,
		w->recipes->n, skipped, failed);
	return failed ? 1 : 0;
}

int show_graph(struct arena *a, const struct options *o) {
	struct workspace *w = workspace_find(a, o);
	if (!w || workspace_open(w, o) < 0)
		return 1;
	struct slice task = o->task.n ? o->task : data_text(w->config->data, "BB_DEFAULT_TASK");
	struct targets targets =
			graph_targets(a, w->providers, &o->words, task.n ? task : SLICE("build"));
	struct graph *g = graph_build(a, w->providers, &targets);
	if (!g)
		return 1;
	if (o->json) {
		chart_json(g, stdout);
		return 0;
	}
	if (chart_write(g, ".") < 0)
		return 1;
	note("wrote pn-buildlist and task-depends.dot");
	return 0;
}
