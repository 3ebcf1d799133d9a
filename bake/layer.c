/* layer: reads the configuration in BitBake's order: environment, conf/bblayers.conf, every layer's
 * conf/layer.conf, conf/bitbake.conf (which takes in the rest), assignments of the command line,
 * the classes of INHERIT with base first. Then the layers are ranked and the recipe files found.
 *
 * What a layer.conf says with ${LAYERDIR} is fixed right behind it, because the next layer has
 * another. */
#include "layer.h"
#include "catalog.h"
#include "collection.h"
#include "data.h"
#include "eval.h"
#include "inline.h"
#include "lock.h"
#include "map.h"
#include "os.h"
#include "search.h"
#include "witness.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

struct loading {
	struct config *config;
	const struct layer_options *options;
	struct layer_faults *faults;
	struct data *data;
	struct slices dirs;              /* of the layers */
	struct slices series;            /* LAYERSERIES_CORENAMES */
	struct map compatible;           /* collection → struct slices * of series names */
	struct buf given;                /* see struct config */
};

/* A fault at the place where a variable was set. */
static void fault_at(struct loading *l, const char *variable, struct slice text) {
	struct place at = data_where(l->data, atom_of(variable));
	layer_fault(l->config->arena, l->faults, place_file(at), at.line, text);
}

/* --- environment --- */

static const char *const exported[] = {
	"BB_TASKHASH", "HOME", "LOGNAME", "PATH", "PWD", "SHELL", "USER", "LC_ALL", "BBSERVER",
};
static const char *const taken[] = { "BBPATH", "BB_PRESERVE_ENV", "BB_ENV_PASSTHROUGH_ADDITIONS" };

static bool listed(const char *const *list, size_t n, struct slice name) {
	for (size_t i = 0; i < n; i++)
		if (slice_is(name, list[i]))
			return true;
	return false;
}

static bool is_exported(struct slice name) {
	return listed(exported, sizeof exported / sizeof *exported, name);
}

static bool has_word(const char *text, struct slice name) {
	struct slice rest = slice_of(text), word;
	while (slice_word(&rest, &word))
		if (slice_eq(word, name))
			return true;
	return false;
}

/* May this variable of the environment enter the metadata? */
static bool approved(struct slice name) {
	const char *only = getenv("BB_ENV_PASSTHROUGH"),
		   *more = getenv("BB_ENV_PASSTHROUGH_ADDITIONS");
	if (getenv("BB_PRESERVE_ENV"))
		return true;
	if (more && (slice_is(name, "BB_ENV_PASSTHROUGH_ADDITIONS") || has_word(more, name)))
		return true;
	if (only)
		return slice_is(name, "BB_ENV_PASSTHROUGH") || has_word(only, name);
	return is_exported(name) || listed(taken, sizeof taken / sizeof *taken, name);
}

static void read_environment(struct loading *l) {
	struct data *d = l->data;
	for (char **e = environ; *e; e++) {
		struct slice value = slice_of(*e), name;
		if (!slice_field(&value, '=', &name) || !value.p || !name.n || !approved(name))
			continue;
		if (!slice_is(name, "PWD"))
			buf_addf(&l->given, "%s\n", *e);
		data_set(d, atom(name), value);
		if (is_exported(name))
			data_set_flag(d, atom(name), atom_of("export"), SLICE("1"));
	}
}

/* --- layers --- */

/* What names a recipe comes from its file when the configuration says nothing else. */
#define PART_OF_FILE "${@bb.parse.vars_from_file(d.getVar('FILE', False), d)"
static const struct {
	const char *name, *value;
} of_file[] = {
	{ "PN", PART_OF_FILE "[0] or 'defaultpkgname'}" },
	{ "PV", PART_OF_FILE "[1] or '1.0'}" },
	{ "PR", PART_OF_FILE "[2] or 'r0'}" },
};

/* Until here they were the weakest of defaults; recipes may build on them (PV .= "+git"). */
static void fix_names(struct data *d) {
	struct slice value;
	for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++)
		if (!data_get_own(d, atom_of(of_file[i].name), false, &value) &&
				data_get_own(d, atom_of(of_file[i].name), true, &value))
			data_assign(d, atom_of(of_file[i].name), value);
}

static void set_defaults(struct loading *l, const char *topdir) {
	struct data *d = l->data;
	read_environment(l);
	if (l->options->corebase)
		data_set(d, atom_of("COREBASE"), slice_of(l->options->corebase));
	data_set(d, atom_of("TOPDIR"), slice_of(topdir));
	data_set(d, atom_of("BB_CURRENT_MC"), SLICE(""));
	for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++)
		data_set_default(d, atom_of(of_file[i].name), slice_of(of_file[i].value));
}

static struct slice layer_dir(struct loading *l, struct slice word) {
	struct slice dir = word;
	if (word.p[0] == '~' && (word.n == 1 || word.p[1] == '/') && getenv("HOME"))
		dir = arena_printf(l->config->arena, "%s" SFMT, getenv("HOME"),
				SARG(slice_sub(word, 1, word.n)));
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	return arena_dup(l->config->arena, dir);
}

/* False when layers are missing: each is a fault. */
static bool find_layers(struct loading *l) {
	struct slice rest = data_text(l->data, "BBLAYERS"), word;
	size_t before = l->faults->n;
	while (slice_word(&rest, &word)) {
		struct slice dir = layer_dir(l, word);
		slices_add(l->config->arena, &l->dirs, dir);
		if (!os_is_dir(dir.p))
			fault_at(l, "BBLAYERS",
					arena_printf(l->config->arena,
							"BBLAYERS: layer " SFMT
							": no such directory: correct BBLAYERS or "
							"fetch the layer",
							SARG(dir)));
	}
	if (!l->dirs.n)
		fault_at(l, "BBLAYERS",
				SLICE("BBLAYERS: not set: conf/bblayers.conf must list the "
				      "layers"));
	return l->faults->n == before;
}

/* As Python's re.escape. */
static struct slice escape(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] && strchr("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", text.p[i]))
			buf_addc(&b, '\\');
		buf_addc(&b, text.p[i]);
	}
	return buf_slice(&b);
}

/* Takes LAYERSERIES_COMPAT of every collection known so far out of the store, so that no layer can
 * copy another's. */
static void take_series(struct loading *l) {
	struct arena *a = l->config->arena;
	struct slice rest = data_text(l->data, "BBFILE_COLLECTIONS"), word, value;
	while (slice_word(&rest, &word)) {
		const struct atom *name = atom(
				arena_printf(a, "LAYERSERIES_COMPAT_" SFMT, SARG(word)));
		if (!data_get(l->data, name, &value) || !value.n)
			continue;
		struct slices *names = ARENA_NEW(a, struct slices);
		slices_words(a, names, value);
		map_put(&l->compatible, atom(word), names);
		data_del(l->data, name);
	}
	if (l->series.n)
		return;
	slices_words(a, &l->series, data_text(l->data, "LAYERSERIES_CORENAMES"));
	if (l->series.n)
		data_del(l->data, atom_of("LAYERSERIES_CORENAMES"));
}

static void read_layer(struct loading *l, struct slice dir) {
	const struct atom *layerdir = atom_of("LAYERDIR"), *escaped = atom_of("LAYERDIR_RE");
	data_at(l->data, (struct place){ NULL, 0 });
	data_set(l->data, layerdir, dir);
	data_set(l->data, escaped, escape(l->config->arena, dir));
	struct slice conf = arena_printf(l->config->arena, SFMT "/conf/layer.conf", SARG(dir));
	data_at(l->data, data_where(l->data, atom_of("BBLAYERS")));
	eval_config(l->data, conf);
	data_inline_variable(l->data, layerdir);
	data_inline_variable(l->data, escaped);
	take_series(l);
}

/* The words of list, each once, sorted. */
static struct slice sorted_words(struct arena *a, const struct slices *list) {
	struct slices once = { 0 };
	for (size_t i = 0; i < list->n; i++)
		if (!slices_has(&once, list->v[i]))
			slices_add(a, &once, list->v[i]);
	slices_sort(&once);
	return slices_join(a, &once, " ");
}

static void read_layers(struct loading *l) {
	struct map_entry *e;
	for (size_t i = 0; i < l->dirs.n; i++)
		read_layer(l, l->dirs.v[i]);
	data_del(l->data, atom_of("LAYERDIR_RE"));
	data_del(l->data, atom_of("LAYERDIR"));
	for (uint32_t i = 0; (e = map_next(&l->compatible, &i));)
		data_set(l->data,
				atom(arena_printf(l->config->arena, "LAYERSERIES_COMPAT_%s",
						e->key->p)),
				sorted_words(l->config->arena, e->value));
}

/* "collection:pattern" adds the pattern to BBFILES when the collection is there, "!collection:"
 * when it is not. */
static void add_dynamic_files(struct loading *l) {
	struct slice rest = data_text(l->data, "BBFILES_DYNAMIC"), word, name;
	struct slices names = { 0 };
	slices_words(l->config->arena, &names, data_text(l->data, "BBFILE_COLLECTIONS"));
	while (slice_word(&rest, &word)) {
		struct slice files = word;
		slice_field(&files, ':', &name);
		if (!files.p || !name.n) {
			fault_at(l, "BBFILES_DYNAMIC",
					arena_printf(l->config->arena,
							"BBFILES_DYNAMIC: " SFMT
							": write it as COLLECTION:FILES or "
							"!COLLECTION:FILES",
							SARG(word)));
			continue;
		}
		bool without = name.p[0] == '!';
		if (slices_has(&names, slice_sub(name, without, name.n)) != without)
			data_append(l->data, atom_of("BBFILES"),
					arena_printf(l->config->arena, " " SFMT, SARG(files)));
	}
}

static void check_series(struct loading *l, struct slice collection) {
	struct arena *a = l->config->arena;
	const struct slices *mine = map_get(&l->compatible, atom(collection));
	const char *name = arena_printf(a, "LAYERSERIES_COMPAT_" SFMT, SARG(collection)).p;
	if (!mine) {
		warn("layer " SFMT
		     ": set %s in its conf/layer.conf to the core series it works with",
				SARG(collection), name);
		return;
	}
	for (size_t i = 0; i < mine->n; i++)
		if (slices_has(&l->series, mine->v[i]))
			return;
	if (!l->series.n)
		fault_at(l, name,
				arena_printf(a,
						"layer " SFMT
						": no core layer to work with: no layer sets "
						"LAYERSERIES_CORENAMES: is it missing in BBLAYERS?",
						SARG(collection)));
	else
		fault_at(l, name,
				arena_printf(a,
						"layer " SFMT ": works with series " SFMT
						", the core layer "
						"is of series " SFMT ": take matching versions",
						SARG(collection), SARG(sorted_words(a, mine)),
						SARG(sorted_words(a, &l->series))));
}

static void check_collections(struct loading *l) {
	struct slices names = { 0 };
	slices_words(l->config->arena, &names, data_text(l->data, "BBFILE_COLLECTIONS"));
	for (size_t i = 0; i < names.n; i++) {
		for (size_t k = 0; k < i; k++)
			if (slice_eq(names.v[i], names.v[k]))
				fault_at(l, "BBFILE_COLLECTIONS",
						arena_printf(l->config->arena,
								"BBFILE_COLLECTIONS: " SFMT
								" twice: two layers of one name, "
								"or "
								"one layer twice in BBLAYERS",
								SARG(names.v[i])));
		check_series(l, names.v[i]);
	}
	data_set(l->data, atom_of("LAYERSERIES_CORENAMES"),
			sorted_words(l->config->arena, &l->series));
}

/* --- the whole --- */

/* "NAME=value" holds from here on against all files. What adds to a variable ("NAME:append= x")
 * comes after them. */
static void assign_options(struct loading *l) {
	for (size_t i = 0; i < l->options->assigns; i++) {
		struct slice value = l->options->assign[i], name;
		buf_addf(&l->given, SFMT "\n", SARG(value));
		slice_field(&value, '=', &name);
		data_at(l->data, (struct place){ atom_of("command line"), 1 });
		if (memchr(name.p, ':', name.n))
			data_assign(l->data, atom(name), value.p ? value : SLICE(""));
		else
			eval_pin(l->data, atom(name), value.p ? value : SLICE(""));
	}
}

/* The lock is configuration: recipes find in it where their sources come from. */
static void read_lock(struct loading *l) {
	struct config *c = l->config;
	struct slice path = data_text(l->data, "SOURCES_LOCK");
	c->lock = l->options->lock;
	if (!c->lock && path.n)
		c->lock = lock_read(c->arena, arena_str(c->arena, path));
	if (c->lock)
		lock_apply(c->lock, l->data);
}

static void inherit_classes(struct loading *l) {
	struct slice classes = arena_printf(l->config->arena, "base " SFMT,
			SARG(data_text(l->data, "INHERIT")));
	struct slice word;
	while (slice_word(&classes, &word))
		eval_inherit(l->data, word);
}

/* bblayers.conf is a store of its own: ${LAYERDIR} is replaced only in what layers set. */
static void begin_layers(struct loading *l) {
	data_seal(l->data);
	l->data = data_child(l->config->arena, l->data);
}

static void check_dangling(struct loading *l) {
	struct config *c = l->config;
	for (size_t i = 0; i < c->dangling.n; i++)
		layer_fault(c->arena, l->faults, c->dangling.v[i], 0,
				SLICE("no recipe to append to: "
				      "rename it after a recipe (NAME_VERSION or NAME_%), "
				      "or mask it with BBMASK"));
}

/* An override that refers to what it stands in for cannot be read at all: better said here, once,
 * than by every recipe. What only lacks a function may never be needed. */
static void check_readable_one(struct loading *l, const struct atom *name) {
	struct trap trap;
	struct slice text;
	if (TRAP(&trap)) {
		data_get_raw(l->data, name, &text);
		trap_end(&trap);
	} else if (!inline_lacks_function(&trap.error)) {
		raise_again(&trap.error);
	}
}

static void check_readable(struct loading *l) {
	size_t count;
	const struct atom **names = data_keys(l->data, l->config->arena, &count);
	for (size_t i = 0; i < count; i++)
		check_readable_one(l, names[i]);
}

/* What was asked of the disk, up to here: the catalog is made anew each time. */
static void keep_witness(struct loading *l) {
	struct buf facts = { .arena = l->config->arena };
	witness_end();
	l->config->given = buf_slice(&l->given);
	if (!witness_settled())
		return;
	witness_pack(&facts);
	l->config->witness = buf_slice(&facts);
}

static void check_multiconfig(struct loading *l) {
	struct slice names = data_text(l->data, "BBMULTICONFIG");
	if (slice_trim(names).n)
		warn("BBMULTICONFIG: " SFMT ": a build has one configuration, these are not read: "
		     "give each a build directory of its own",
				SARG(names));
}

static void load(struct loading *l, const char *topdir) {
	struct arena *a = l->config->arena;
	search_forget();
	witness_forget();
	witness_begin();
	eval_init(l->data);
	set_defaults(l, topdir);
	eval_config(l->data, arena_printf(a, "%s/conf/bblayers.conf", topdir));
	if (!find_layers(l))
		return;
	begin_layers(l);
	read_layers(l);
	add_dynamic_files(l);
	check_collections(l);
	if (l->faults->n)
		return;
	if (!data_text(l->data, "BBPATH").n)
		raise_error("BBPATH: not set: a layer.conf or conf/bblayers.conf must set it");
	assign_options(l);
	data_at(l->data, (struct place){ NULL, 0 });
	eval_config(l->data, SLICE("conf/bitbake.conf"));
	data_at(l->data, (struct place){ NULL, 0 });
	fix_names(l->data);
	read_lock(l);
	inherit_classes(l);
	eval_event(l->data, "bb.event.ConfigParsed", NULL);
	check_readable(l);
	check_multiconfig(l);
	collection_read(l->config, l->data, l->faults);
	if (l->faults->n)
		return;
	keep_witness(l);
	catalog_read(l->config, l->data);
	check_dangling(l);
}

static void name_dirs(struct loading *l) {
	for (size_t i = 0; i < l->config->layers; i++)
		for (size_t k = 0; k < l->dirs.n; k++) {
			struct slice conf = arena_printf(l->config->arena, SFMT "/",
					SARG(l->dirs.v[k]));
			struct layer *layer = &l->config->layer[i];
			if (slice_find(layer->pattern, conf.p, NULL) &&
					l->dirs.v[k].n > layer->dir.n)
				layer->dir = l->dirs.v[k];
		}
}

struct config *layer_load(struct arena *a, const char *topdir, const struct layer_options *o,
		struct layer_faults *faults) {
	struct config *c = ARENA_NEW(a, struct config);
	struct loading l = { .config = c, .options = o, .faults = faults, .data = data_new(a) };
	struct trap trap;
	c->arena = a;
	c->topdir = arena_dup(a, slice_of(topdir));
	l.compatible.arena = l.given.arena = a;
	data_keep_history(l.data, o->history);
	if (TRAP(&trap)) {
		load(&l, topdir);
		trap_end(&trap);
	} else {
		layer_fault(a, faults, trap.error.file, trap.error.line, trap.error.message);
	}
	witness_end();
	if (faults->n)
		return NULL;
	name_dirs(&l);
	c->inputs = eval_inputs(l.data);
	eval_config_done(l.data);
	data_seal(l.data);
	c->data = l.data;
	return c;
}
