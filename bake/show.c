/* show: the commands that read and print: metadata with where it comes from, the graph of tasks. */
#include "show.h"

#include <stdio.h>

#include "chart.h"
#include "data.h"
#include "dump.h"
#include "graph.h"
#include "harvest.h"
#include "layer.h"
#include "map.h"
#include "options.h"
#include "provider.h"
#include "recipe.h"
#include "util.h"
#include "workspace.h"

/* --- one variable, as bitbake -e prints it --- */

static void print_history(struct data *d, const struct atom *name, struct arena *a) {
	size_t count;
	struct data_event *events = data_history(d, name, a, &count);
	printf("#\n# $%s", name->p);
	printf(count == 1 ? "\n" : " [%zu operations]\n", count);
	for (size_t i = 0; i < count; i++) {
		const struct data_event *e = &events[i];
		printf("#   %s%s%s%s %s:%d\n", e->op, e->flag ? "[" : "", e->flag ? e->flag->p : "",
			e->flag ? "]" : "", e->at.file ? e->at.file->p : "", e->at.line);
		if (e->detail)
			printf("#     \"%s\"\n", e->detail);
	}
}

static bool has_flag(struct data *d, const struct atom *name, const char *flag) {
	struct slice value;
	return data_get_flag(d, name, atom_of(flag), false, &value) && value.n > 0;
}

/* As a shell would read it: quotes and dollars escaped. */
static void print_quoted(struct slice value) {
	putchar('"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\' || value.p[i] == '$'
				|| value.p[i] == '`')
			putchar('\\');
		putchar(value.p[i]);
	}
	putchar('"');
	putchar('\n');
}

/* The value, or in a comment why there is none. */
static bool value_of(struct data *d, const struct atom *name, bool raw, struct slice *value) {
	struct trap trap;
	if (!TRAP(&trap)) {
		printf("# %s cannot be expanded: " SFMT "\n", name->p, SARG(trap.error.message));
		return false;
	}
	bool set = raw ? data_get_raw(d, name, value) : data_get(d, name, value);
	trap_end(&trap);
	return set;
}

static void print_variable(struct data *d, const struct atom *name, struct arena *a) {
	struct slice value;
	bool function = has_flag(d, name, "func");
	if (name->n > 1 && name->p[0] == '_' && name->p[1] == '_')
		return;                  /* the engine's own */
	print_history(d, name, a);
	if (!value_of(d, name, function && has_flag(d, name, "lua"), &value))
		return;
	if (function) {
		printf("%s() {\n" SFMT "\n}\n", name->p, SARG(value));
		return;
	}
	printf("%s%s=", has_flag(d, name, "export") ? "export " : "", name->p);
	print_quoted(value);
}

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
		print_variable(d, names[i], a);
	return 0;
}

int show_variable(struct arena *a, const struct options *o) {
	struct slice value;
	if (o->words.n != 1) {
		error("getvar: name one variable");
		return 2;
	}
	struct workspace *w = workspace_find(a, o);
	struct data *d = w ? open_store(w, o, o->recipe) : NULL;
	if (!d)
		return 1;
	const struct atom *name = atom(o->words.v[0]);
	bool set = o->flag.n ? data_get_flag(d, name, atom(o->flag), !o->unexpanded, &value)
		: o->unexpanded ? data_get_raw(d, name, &value) : data_get(d, name, &value);
	if (!set) {
		error("getvar: %s%s" SFMT "%s: not set", name->p, o->flag.n ? "[" : "",
				SARG(o->flag), o->flag.n ? "]" : "");
		return 1;
	}
	if (o->value_only) {
		printf(SFMT "\n", SARG(value));
		return 0;
	}
	print_history(d, name, a);
	printf("%s%s" SFMT "%s=", name->p, o->flag.n ? "[" : "", SARG(o->flag),
			o->flag.n ? "]" : "");
	print_quoted(value);
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
