/* dump: goes over the configuration and every recipe once and writes what it sees. A recipe's store
 * lives only while it is written. What cannot be expanded is marked and is no error by itself. */
#include "dump.h"
#include "data.h"
#include "eval.h"
#include "json.h"
#include "layer.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "sig.h"
#include "tasklist.h"

#include <string.h>

struct dump {
	struct json json;
	struct config *config;
	struct slice wanted;             /* recipe to write; unset: all */
	struct slice vars;               /* names to write, NAME* for a prefix; unset: all */
	struct arena *arena;             /* of the faults */
	struct layer_faults faults;
};

/* Paths below the build directory are written relative to it. */
static struct slice relative(const struct dump *u, struct slice path) {
	size_t n = u->config->topdir.n;
	if (path.n > n && path.p[n] == '/' && memcmp(path.p, u->config->topdir.p, n) == 0)
		return slice_sub(path, n + 1, path.n);
	return path;
}

/* --- variables --- */

static bool has_flag(struct data *d, const struct atom *name, const char *flag) {
	struct slice value;
	return data_get_flag(d, name, atom_of(flag), false, &value) && value.n > 0;
}

/* e, or x with the reason. */
static void write_expansion(struct dump *u, struct data *d, const struct atom *name,
		struct slice raw) {
	struct trap trap;
	struct slice value = SLICE_NONE;
	if (TRAP(&trap)) {
		data_get(d, name, &value);
		trap_end(&trap);
	} else {
		json_text(&u->json, SLICE("x"), trap.error.message);
		return;
	}
	if (!raw.p || !slice_eq(raw, value))
		json_text(&u->json, SLICE("e"), value);
}

static void write_flags(struct dump *u, struct data *d, const struct atom *name) {
	struct map flags = { .arena = data_arena(d) };
	size_t count;
	data_flags(d, name, &flags);
	if (!map_count(&flags))
		return;
	const struct atom **keys = map_sorted(&flags, data_arena(d), &count);
	json_open(&u->json, SLICE("f"), '{');
	for (size_t i = 0; i < count; i++)
		json_text(&u->json, atom_slice(keys[i]), *(struct slice *)map_get(&flags, keys[i]));
	json_close(&u->json, '}');
}

/* Lua and Python are no text to expand. */
static bool is_code(struct data *d, const struct atom *name) {
	return has_flag(d, name, "func") &&
			(has_flag(d, name, "lua") || has_flag(d, name, "python"));
}

static bool read_raw(struct data *d, const struct atom *name, struct slice *raw) {
	struct trap trap;
	if (TRAP(&trap)) {
		bool set = data_get_raw(d, name, raw);
		trap_end(&trap);
		return set;
	}
	*raw = SLICE_NONE;
	return false;
}

static void write_variable(struct dump *u, struct data *d, const struct atom *name) {
	struct slice raw;
	json_open(&u->json, atom_slice(name), '{');
	if (read_raw(d, name, &raw)) {
		json_text(&u->json, SLICE("u"), raw);
		if (!is_code(d, name))
			write_expansion(u, d, name, raw);
	}
	write_flags(u, d, name);
	json_close(&u->json, '}');
}

static bool is_asked(const struct dump *u, struct slice name) {
	struct slice rest = u->vars, word;
	if (!u->vars.p)
		return !slice_starts(name, "__");
	while (slice_word(&rest, &word))
		if (slice_ends(word, "*") ? name.n >= word.n - 1 && memcmp(name.p, word.p, word.n - 1) == 0
				: slice_eq(name, word))
			return true;
	return false;
}

static void write_variables(struct dump *u, struct slice title, struct data *d) {
	size_t count;
	const struct atom **names = data_keys(d, data_arena(d), &count);
	json_open(&u->json, title, '{');
	for (size_t i = 0; i < count; i++)
		if (is_asked(u, atom_slice(names[i])))
			write_variable(u, d, names[i]);
	json_close(&u->json, '}');
}

/* --- files --- */

static void write_files(struct dump *u) {
	const struct config *c = u->config;
	json_open(&u->json, SLICE("files"), '[');
	for (size_t i = 0; i < c->files; i++)
		json_text(&u->json, SLICE_NONE, relative(u, c->file[i].path));
	json_close(&u->json, ']');
	json_open(&u->json, SLICE("appends"), '{');
	for (size_t i = 0; i < c->files; i++) {
		const struct layer_file *f = &c->file[i];
		if (!f->appends.n)
			continue;
		json_open(&u->json, relative(u, f->path), '[');
		for (size_t k = 0; k < f->appends.n; k++)
			json_text(&u->json, SLICE_NONE, relative(u, f->appends.v[k]));
		json_close(&u->json, ']');
	}
	json_close(&u->json, '}');
	json_open(&u->json, SLICE("layers"), '{');
	for (size_t i = 0; i < c->files; i++) {
		const struct layer *l = c->file[i].layer;
		json_open(&u->json, relative(u, c->file[i].path), '[');
		json_text(&u->json, SLICE_NONE, l ? l->collection : SLICE(""));
		json_int(&u->json, SLICE_NONE, l ? l->priority : 0);
		json_close(&u->json, ']');
	}
	json_close(&u->json, '}');
}

/* --- recipes --- */

static void write_list(struct dump *u, struct slice key, const struct slices *list) {
	json_open(&u->json, key, '[');
	for (size_t i = 0; i < list->n; i++)
		json_text(&u->json, SLICE_NONE, list->v[i]);
	json_close(&u->json, ']');
}

static void write_inherits(struct dump *u, struct data *d) {
	struct slices classes = eval_classes(d);
	for (size_t i = 0; i < classes.n; i++) {
		struct slice base = os_basename(classes.v[i]);
		if (slice_ends(base, ".bbclass"))
			base.n -= strlen(".bbclass");
		classes.v[i] = base;
	}
	write_list(u, SLICE("inherits"), &classes);
}

/* As they were written: names and dependencies unexpanded. */
static void write_tasks(struct dump *u, struct data *d, const struct slices *tasks) {
	json_open(&u->json, SLICE("tasks"), '{');
	for (size_t i = 0; i < tasks->n; i++) {
		struct slices after = { 0 };
		struct slice text;
		if (data_get_flag(d, atom(tasks->v[i]), atom_of("deps"), false, &text))
			slices_words(data_arena(d), &after, text);
		write_list(u, tasks->v[i], &after);
	}
	json_close(&u->json, '}');
}

static void add_fault(struct dump *u, const struct fault *f, struct slice file) {
	layer_fault(u->arena, &u->faults, f->file.p ? f->file : file, f->line, f->message);
}

static void write_task_hash(struct dump *u, struct sig *s, struct slice task) {
	struct sig_task t;
	sig_task(s, atom(task), true, &t);
	json_open(&u->json, task, '{');
	json_text(&u->json, SLICE("hash"), t.hash);
	json_open(&u->json, SLICE("vars"), '[');
	for (size_t i = 0; i < t.count; i++)
		json_text(&u->json, SLICE_NONE, atom_slice(t.vars[i]));
	json_close(&u->json, ']');
	json_close(&u->json, '}');
}

/* A variable a task reaches that cannot be expanded is a fault of the recipe. */
static void write_hashes(struct dump *u, struct data *d, const struct slices *tasks,
		struct slice file) {
	struct trap trap;
	json_open(&u->json, SLICE("sig"), '{');
	if (TRAP(&trap)) {
		struct sig *s = sig_new(d);
		for (size_t i = 0; i < tasks->n; i++)
			write_task_hash(u, s, tasks->v[i]);
		trap_end(&trap);
	} else {
		add_fault(u, &trap.error, file);
	}
	json_close(&u->json, '}');
}

static struct slice skip_reason(const struct eval_variant *v) {
	return v->skipped.p ? v->skipped : recipe_skip_reason(v->data);
}

static struct slice id_of(struct dump *u, const struct layer_file *f, struct slice variant,
		bool full) {
	struct slice path = full ? f->path : relative(u, f->path);
	if (!variant.n)
		return path;
	return arena_printf(u->arena, "virtual:" SFMT ":" SFMT, SARG(variant), SARG(path));
}

static bool is_wanted(struct dump *u, const struct layer_file *f, const struct eval_variant *v) {
	return !u->wanted.p || slice_eq(u->wanted, data_text(v->data, "PN")) ||
		slice_eq(u->wanted, id_of(u, f, v->name, true)) ||
		slice_eq(u->wanted, id_of(u, f, v->name, false));
}

static void write_recipe(struct dump *u, const struct layer_file *f, const struct eval_variant *v) {
	struct data *d = v->data;
	struct slices tasks = tasklist_written(d);
	struct slice pn = data_text(d, "PN"), skipped = skip_reason(v);
	json_open(&u->json, id_of(u, f, v->name, false), '{');
	json_text(&u->json, SLICE("pn"), pn);
	if (skipped.p)
		json_text(&u->json, SLICE("skipped"), skipped);
	write_inherits(u, d);
	write_tasks(u, d, &tasks);
	write_variables(u, SLICE("vars"), d);
	if (!skipped.p && !u->vars.p)
		write_hashes(u, d, &tasks, f->path);
	json_close(&u->json, '}');
}

/* Everything that may fail comes before the first byte of the recipe is written. */
static void write_file_recipes(struct dump *u, const struct layer_file *f, struct arena *a) {
	struct eval_source source = { f->path, f->appends,
		f->layer ? f->layer->collection : SLICE_NONE };
	struct eval_variants list = eval_recipe(a, u->config->data, &source, NULL);
	for (size_t i = 0; i < list.n; i++) {
		data_text(list.v[i].data, "PN");
		data_text(list.v[i].data, "OVERRIDES");
		skip_reason(&list.v[i]);
	}
	for (size_t i = 0; i < list.n; i++)
		if (is_wanted(u, f, &list.v[i]))
			write_recipe(u, f, &list.v[i]);
}

static void write_recipes(struct dump *u) {
	json_open(&u->json, SLICE("recipes"), '{');
	for (size_t i = 0; i < u->config->files; i++) {
		struct arena *a = arena_new();
		struct trap trap;
		if (TRAP(&trap)) {
			write_file_recipes(u, &u->config->file[i], a);
			trap_end(&trap);
		} else {
			add_fault(u, &trap.error, u->config->file[i].path);
		}
		arena_free(a);
	}
	json_close(&u->json, '}');
}

/* --- the whole --- */

static void write_errors(struct dump *u) {
	json_open(&u->json, SLICE("errors"), '[');
	for (size_t i = 0; i < u->faults.n; i++) {
		const struct fault *f = &u->faults.v[i];
		json_open(&u->json, SLICE_NONE, '{');
		if (f->file.p)
			json_text(&u->json, SLICE("file"), f->file);
		if (f->line)
			json_int(&u->json, SLICE("line"), f->line);
		json_text(&u->json, SLICE("message"), f->message);
		json_close(&u->json, '}');
		fault_report(f);
	}
	json_close(&u->json, ']');
}

/* The configuration is sealed; its expansions need a store of their own all the same, which goes
 * away. */
static void write_config(struct dump *u) {
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		write_variables(u, SLICE("config"), data_child(a, u->config->data));
		trap_end(&trap);
	} else {
		add_fault(u, &trap.error, SLICE_NONE);
	}
	arena_free(a);
}

/* What expressions and Lua may call besides the metadata's own. */
static void write_functions(struct dump *u) {
	struct slices names = { 0 };
	const struct library_entry *e;
	for (uint32_t i = 0; (e = library_next(&i));)
		slices_add(u->arena, &names, slice_of(e->name));
	slices_sort(&names);
	write_list(u, SLICE("functions"), &names);
}

size_t dump_json(struct config *c, const struct dump_wish *wish, const struct fault *errors,
		size_t count) {
	struct dump u = { .json = { .out = stdout },
		.config = c,
		.wanted = wish->recipe,
		.vars = wish->vars,
		.arena = arena_new() };
	for (size_t i = 0; i < count; i++)
		add_fault(&u, &errors[i], SLICE_NONE);
	json_open(&u.json, SLICE_NONE, '{');
	if (c) {
		write_config(&u);
		write_functions(&u);
		write_files(&u);
		write_recipes(&u);
	}
	write_errors(&u);
	json_close(&u.json, '}');
	fflush(stdout);
	count = u.faults.n;
	arena_free(u.arena);
	return count;
}
