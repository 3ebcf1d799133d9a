/* audit: reads the statements of a layer's files and asks of each whether somebody here could do what
 * it wants. Old overrides are converted first, so that they do not hide what else is wrong. Names
 * that hold ${…} are not known before evaluation and are passed over. */
#include "audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "convert.h"
#include "data.h"
#include "expr.h"
#include "inline.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "parse.h"
#include "reference.h"

/* One file of the layer. */
struct file {
	struct slice path;               /* relative to the layer */
	struct slice text;               /* converted */
	struct statements *statements;   /* NULL: cannot be read */
};

struct look {
	struct arena *arena;
	const struct config *config;
	struct slice dir;
	struct file *file;
	size_t files;
	struct slices roots;             /* directories where classes and files are looked for */
	struct slices classes;           /* names of all classes there */
	struct map lua;                  /* function → file that has it in Lua (struct slice *) */
	struct map python;               /* function the layer has in Python: a set */
	struct audit *out;
};

const char *audit_kind_name(enum audit_kind kind) {
	static const char *const name[AUDIT_KINDS] = { "old override", "syntax", "Python",
		"expression", "missing class", "missing file", "layer", "append without recipe" };
	return name[kind];
}

static void find(struct look *k, enum audit_kind kind, struct slice file, int line,
		struct slice text) {
	struct audit *o = k->out;
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 32;
		struct audit_finding *v = ARENA_ARRAY(k->arena, struct audit_finding, o->cap);
		if (o->n)
			memcpy(v, o->v, o->n * sizeof *v);
		o->v = v;
	}
	o->v[o->n++] = (struct audit_finding){ kind, file, line, text };
}

static struct slice without(struct slice s, const char *ending) {
	return slice_ends(s, ending) ? slice_sub(s, 0, s.n - strlen(ending)) : s;
}

/* --- what there is here --- */

static void add_lua(struct look *k, struct slice path, const struct statements *all) {
	for (size_t i = 0; i < all->n; i++) {
		const struct stmt *s = &all->v[i];
		bool lua = s->language == LANGUAGE_LUA || s->language == LANGUAGE_LUA_BLOCK;
		if (s->kind != STMT_FUNCTION || !s->name || !lua || map_get(&k->lua, s->name))
			continue;
		struct slice *where = ARENA_NEW(k->arena, struct slice);
		*where = path;
		map_put(&k->lua, s->name, where);
	}
}

/* A class that cannot be parsed is no concern of this layer. */
static void read_class(struct look *k, struct slice path) {
	struct trap trap;
	if (!TRAP(&trap))
		return;
	const struct statements *all = parse_file(atom(path), PARSE_RECIPE);
	trap_end(&trap);
	if (all)
		add_lua(k, os_basename(path), all);
}

static void read_classes(struct look *k, struct slice root, bool own) {
	static const char *const dirs[] = { "classes", "classes-recipe", "classes-global" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		struct slice dir = os_path(k->arena, root, slice_of(dirs[i]));
		struct slices names = { 0 };
		os_list(k->arena, arena_str(k->arena, dir), &names);
		for (size_t n = 0; n < names.n; n++) {
			if (!slice_ends(names.v[n], ".bbclass"))
				continue;
			slices_add(k->arena, &k->classes, without(names.v[n], ".bbclass"));
			if (!own)
				read_class(k, os_path(k->arena, dir, names.v[n]));
		}
	}
}

static void read_here(struct look *k) {
	struct slice path = SLICE_NONE, part;
	data_get(k->config->data, atom_of("BBPATH"), &path);
	while (slice_field(&path, ':', &part))
		if (part.n && !slices_has(&k->roots, part))
			slices_add(k->arena, &k->roots, part);
	for (size_t i = 0; i < k->roots.n; i++)
		read_classes(k, k->roots.v[i], false);
	if (!slices_has(&k->roots, k->dir)) {
		slices_add(k->arena, &k->roots, k->dir);
		read_classes(k, k->dir, true);
	}
}

/* --- the layer's files --- */

static bool is_metadata(const struct os_entry *e) {
	return e->type == 'f' && convert_kind_of(slice_of(e->path)) != CONVERT_NONE &&
		!slice_ends(slice_of(e->path), ".sample") && !slice_ends(slice_of(e->path), ".wks.inc") && !strstr(e->path, ".git/");
}

static int read_files(struct look *k) {
	struct os_entry *entry;
	size_t count;
	if (os_walk(k->arena, k->dir.p, &entry, &count) < 0) {
		error("%s: %s", k->dir.p, strerror(errno));
		return -1;
	}
	k->file = ARENA_ARRAY(k->arena, struct file, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct file *f = &k->file[k->files];
		if (!is_metadata(&entry[i]))
			continue;
		f->path = slice_of(entry[i].path);
		const char *path = os_path(k->arena, k->dir, f->path).p;
		if (os_read(k->arena, path, &f->text) < 0) {
			error("%s: %s", path, strerror(errno));
			return -1;
		}
		k->files++;
	}
	k->out->files = k->files;
	return 0;
}

static struct convert *learn(struct look *k) {
	struct convert *c = convert_new(k->arena);
	for (size_t i = 0; i < k->files; i++) {
		struct slice path = k->file[i].path;
		if (slice_starts(path, "conf/machine/") || slice_starts(path, "conf/distro/"))
			convert_override(c, without(os_basename(path), ".conf"));
	}
	for (size_t i = 0; i < k->files; i++)
		convert_learn(c, k->file[i].text, convert_kind_of(k->file[i].path));
	return c;
}

static void check_overrides(struct look *k, const struct convert *c, struct file *f) {
	struct convert_hits hits = { 0 };
	f->text = convert_text(c, k->arena, f->text, convert_kind_of(f->path), &hits);
	for (size_t i = 0; i < hits.n; i++)
		find(k, AUDIT_OVERRIDE, f->path, hits.v[i].line, arena_printf(k->arena, SFMT
				": write " SFMT, SARG(hits.v[i].old), SARG(hits.v[i].new)));
}

static void parse_one(struct look *k, struct file *f) {
	struct trap trap;
	bool conf = convert_kind_of(f->path) == CONVERT_CONF;
	if (TRAP(&trap)) {
		f->statements = parse_text(k->arena, atom(f->path), f->text,
				conf ? PARSE_CONF : PARSE_RECIPE);
		trap_end(&trap);
		return;
	}
	find(k, AUDIT_SYNTAX, f->path, trap.error.line, arena_dup(k->arena, trap.error.message));
}

static void note_python(struct look *k, const struct statements *all) {
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == STMT_FUNCTION && all->v[i].name &&
				all->v[i].language == LANGUAGE_PYTHON_BLOCK)
			map_add(&k->python, all->v[i].name);
}

/* --- Python --- */

/* Where a function of this name is to be had in Lua; unset: nowhere. */
static struct slice replacement(struct look *k, const struct atom *name) {
	const struct slice *file = map_get(&k->lua, name);
	if (library_find(name))
		return SLICE("the engine");
	return file ? *file : SLICE_NONE;
}

/* do_x of "do_x:append". */
static const struct atom *base_of(const struct atom *name) {
	size_t at;
	return slice_find(atom_slice(name), ":", &at) ? atom(slice_sub(atom_slice(name), 0, at)) : name;
}

static void check_function(struct look *k, struct slice file, const struct stmt *s) {
	if (s->language != LANGUAGE_PYTHON)
		return;
	if (!s->name) {
		find(k, AUDIT_PYTHON, file, s->line, SLICE("anonymous Python function: write it as "
				"lua () { … }"));
		return;
	}
	struct slice where = replacement(k, base_of(s->name));
	if (where.p && base_of(s->name) == s->name)
		find(k, AUDIT_PYTHON, file, s->line, arena_printf(k->arena, "Python function %s: "
				SFMT " has it in Lua: lua %s() takes its place", s->name->p,
				SARG(where), s->name->p));
	else
		find(k, AUDIT_PYTHON, file, s->line, arena_printf(k->arena, "Python function %s: "
				"write it as lua %s() { … }", s->name->p, s->name->p));
}

/* --- expressions --- */

static bool is_known_module(struct look *k, struct slice name) {
	size_t at;
	return slice_find(name, ".", &at) &&
		(library_is_module(atom(slice_sub(name, 0, at))) || slice_starts(name, "oe.")) &&
		!slice_starts(name, "d.") && k;
}

/* Modules in classes/lib: oe.x.f is in classes/lib/oe/x.lua or classes/lib/oe.lua. */
static bool lua_module_has(struct look *k, struct slice name) {
	const char *dot = memrchr(name.p, '.', name.n);
	struct slice module = slice_sub(name, 0, (size_t)(dot - name.p)), text;
	const char *function = arena_printf(k->arena, SFMT, SARG(slice_sub(name, module.n,
			name.n))).p;
	for (size_t i = 0; i < k->roots.n; i++) {
		char *path = arena_str(k->arena, arena_printf(k->arena, SFMT "/classes/lib/" SFMT ".lua",
				SARG(k->roots.v[i]), SARG(module)));
		for (char *c = path + k->roots.v[i].n + strlen("/classes/lib/"); *c; c++)
			if (*c == '.' && strcmp(c, ".lua") != 0)
				*c = '/';
		if (os_read(k->arena, path, &text) == 0 && slice_find(text, function, NULL))
			return true;
	}
	return false;
}

static void check_call(struct look *k, struct slice file, int line, const struct atom *called) {
	struct slice name = atom_slice(called);
	if (library_find(called) || map_get(&k->lua, called))
		return;
	if (map_get(&k->python, called))
		find(k, AUDIT_PYTHON, file, line, arena_printf(k->arena, "${@…} calls %s(), which is "
				"Python: write it as function %s(d, …) … end", called->p, called->p));
	else if (is_known_module(k, name) && !lua_module_has(k, name))
		find(k, AUDIT_EXPRESSION, file, line, arena_printf(k->arena, "${@…} calls %s(), "
				"which is not there" SFMT, called->p, SARG(library_near(k->arena, name))));
}

static void check_expression(struct look *k, struct slice file, int line, struct slice code) {
	struct map vars = { .arena = k->arena }, calls = { .arena = k->arena },
		asked = { .arena = k->arena };
	struct data_refs refs = { &vars, &calls, &asked, NULL };
	struct map_entry *e;
	struct trap trap;
	if (TRAP(&trap)) {
		inline_refs(expr_parse(k->arena, code), &refs);
		trap_end(&trap);
	} else {
		find(k, AUDIT_EXPRESSION, file, line, arena_dup(k->arena, trap.error.message));
		return;
	}
	for (uint32_t i = 0; (e = map_next(&calls, &i));)
		check_call(k, file, line, e->key);
}

static void check_text(struct look *k, struct slice file, int line, struct slice text) {
	struct reference ref;
	for (size_t at = 0; reference_code(text, at, &ref); at = ref.to)
		check_expression(k, file, line, ref.inner);
}

/* --- classes and files --- */

static bool is_fixed(struct slice word) {
	return word.n && !memchr(word.p, '$', word.n) && !memchr(word.p, '}', word.n);
}

static void check_classes(struct look *k, struct slice file, const struct stmt *s,
		struct slice words) {
	struct slice word;
	if (slice_find(words, "${@", NULL))
		return;
	while (slice_word(&words, &word)) {
		struct slice name = without(os_basename(word), ".bbclass");
		if (is_fixed(word) && !slices_has(&k->classes, name))
			find(k, AUDIT_CLASS, file, s->line, arena_printf(k->arena, "inherit " SFMT
					": no layer has classes/" SFMT ".bbclass" SFMT, SARG(word),
					SARG(name), SARG(near_hint(k->arena, name, &k->classes))));
	}
}

static void check_required(struct look *k, struct slice file, const struct stmt *s) {
	struct slice words = s->value, word;
	if (slice_find(words, "${@", NULL))
		return;
	while (slice_word(&words, &word)) {
		struct slice beside = os_path(k->arena, os_path(k->arena, k->dir, os_dirname(file)), word);
		bool there = !is_fixed(word) || word.p[0] == '/' ||
			os_exists(arena_str(k->arena, beside));
		for (size_t i = 0; i < k->roots.n && !there; i++)
			there = os_exists(os_path(k->arena, k->roots.v[i], word).p);
		if (!there)
			find(k, AUDIT_FILE, file, s->line, arena_printf(k->arena, "require " SFMT
					": no layer has that file", SARG(word)));
	}
}

/* --- layers --- */

static bool has_collection(const struct look *k, struct slice name) {
	for (size_t i = 0; i < k->config->layers; i++)
		if (slice_eq(k->config->layer[i].collection, name))
			return true;
	return false;
}

static bool is_own_collection(const struct look *k, struct slice name) {
	struct slice words, word;
	for (size_t i = 0; i < k->files; i++) {
		const struct statements *all = k->file[i].statements;
		for (size_t n = 0; all && n < all->n; n++) {
			const struct stmt *s = &all->v[n];
			if (s->kind != STMT_ASSIGN || !slice_is(atom_slice(s->name),
					"BBFILE_COLLECTIONS"))
				continue;
			for (words = s->value; slice_word(&words, &word);)
				if (slice_eq(word, name))
					return true;
		}
	}
	return false;
}

static void add_series(struct look *k, struct slice conf, struct slices *list) {
	struct trap trap;
	if (!TRAP(&trap))
		return;
	const struct statements *all = parse_file(atom(conf), PARSE_CONF);
	for (size_t n = 0; all && n < all->n; n++)
		if (all->v[n].kind == STMT_ASSIGN && slice_is(atom_slice(all->v[n].name),
				"LAYERSERIES_CORENAMES"))
			slices_words(k->arena, list, all->v[n].value);
	trap_end(&trap);
}

/* LAYERSERIES_CORENAMES of the layers that are here; the configuration drops it after use. */
static struct slices series_here(struct look *k) {
	struct slices list = { 0 };
	for (size_t i = 0; i < k->config->layers; i++)
		add_series(k, os_path(k->arena, k->config->layer[i].dir, SLICE("conf/layer.conf")), &list);
	return list;
}

static void check_series(struct look *k, struct slice file, const struct stmt *s) {
	struct slices here = series_here(k);
	struct slice words = s->value, word;
	while (slice_word(&words, &word))
		if (slices_has(&here, word) || !is_fixed(word))
			return;
	find(k, AUDIT_LAYER, file, s->line, arena_printf(k->arena, "%s: " SFMT ": made for another "
			"release than " SFMT ": add that name when it works", s->name->p,
			SARG(s->value), SARG(slices_join(k->arena, &here, " "))));
}

static void check_layer(struct look *k, struct slice file, const struct stmt *s) {
	struct slice words = s->value, word;
	bool depends = slice_starts(atom_slice(s->name), "LAYERDEPENDS");
	if (slice_starts(atom_slice(s->name), "LAYERSERIES_COMPAT"))
		check_series(k, file, s);
	while (depends && slice_word(&words, &word)) {
		if (word.p[0] == '(') {
			while (!slice_ends(word, ")") && slice_word(&words, &word))
				;
			continue;
		}
		if (is_fixed(word) && !has_collection(k, word) && !is_own_collection(k, word))
			find(k, AUDIT_LAYER, file, s->line, arena_printf(k->arena, "depends on layer "
					SFMT ", which is not in BBLAYERS: add it", SARG(word)));
	}
}

/* --- appends --- */

static bool append_fits(struct slice append, struct slice recipe) {
	size_t at;
	append = without(append, ".bbappend");
	recipe = without(recipe, ".bb");
	if (!slice_find(append, "%", &at))
		return slice_eq(append, recipe);
	return recipe.n >= at && memcmp(append.p, recipe.p, at) == 0;
}

static void check_append(struct look *k, struct slice file) {
	struct slice name = os_basename(file);
	if (!slice_ends(name, ".bbappend"))
		return;
	for (size_t i = 0; i < k->config->files; i++)
		if (append_fits(name, os_basename(k->config->file[i].path)))
			return;
	for (size_t i = 0; i < k->files; i++)
		if (slice_ends(k->file[i].path, ".bb") && append_fits(name, os_basename(k->file[i].path)))
			return;
	find(k, AUDIT_APPEND, file, 0, SLICE("no layer has a recipe it applies to"));
}

/* --- the whole --- */

static bool in_layer_conf(struct slice file) {
	return slice_is(file, "conf/layer.conf");
}

static void check_statement(struct look *k, struct slice file, const struct stmt *s) {
	bool code = s->kind == STMT_FUNCTION && s->language != LANGUAGE_SHELL;
	if (!code && s->value.p)
		check_text(k, file, s->line, s->value);
	if (s->kind == STMT_FUNCTION)
		check_function(k, file, s);
	else if (s->kind == STMT_INHERIT)
		check_classes(k, file, s, s->value);
	else if (s->kind == STMT_INCLUDE && s->op == INCLUDE_REQUIRED)
		check_required(k, file, s);
	else if (s->kind == STMT_ASSIGN && !s->flag && slice_is(atom_slice(s->name), "INHERIT"))
		check_classes(k, file, s, s->value);
	else if (s->kind == STMT_ASSIGN && !s->flag && in_layer_conf(file))
		check_layer(k, file, s);
}

static int by_place(const void *x, const void *y) {
	const struct audit_finding *a = x, *b = y;
	int order = slice_cmp(a->file, b->file);
	if (order)
		return order;
	return a->line != b->line ? (a->line > b->line ? 1 : -1) : slice_cmp(a->text, b->text);
}

int audit_layer(struct arena *a, const struct config *c, const char *dir, struct audit *out) {
	struct look k = { .arena = a, .config = c, .dir = slice_of(dir), .out = out };
	k.lua.arena = k.python.arena = a;
	if (read_files(&k) < 0)
		return -1;
	if (!os_exists(os_path(a, k.dir, SLICE("conf/layer.conf")).p))
		find(&k, AUDIT_LAYER, SLICE("conf/layer.conf"), 0, SLICE("is not there: this is no layer"));
	read_here(&k);
	struct convert *learnt = learn(&k);
	for (size_t i = 0; i < k.files; i++) {
		struct file *f = &k.file[i];
		check_overrides(&k, learnt, f);
		parse_one(&k, f);
		check_append(&k, f->path);
		if (f->statements)
			note_python(&k, f->statements);
	}
	for (size_t i = 0; i < k.files; i++)
		if (k.file[i].statements)
			add_lua(&k, k.file[i].path, k.file[i].statements);
	for (size_t i = 0; i < k.files; i++)
		for (size_t n = 0; k.file[i].statements && n < k.file[i].statements->n; n++)
			check_statement(&k, k.file[i].path, &k.file[i].statements->v[n]);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_place);
	return 0;
}
