/* collect: DIR/PN-PV/{recipe,files,sources,licences} and INFO; DIR/layers/ has classes and configuration.
 * What a recipe fetches is taken from DL_DIR, verified by then; licence texts are what do_populate_lic
 * published, which a build of that task alone brings up to date first. The sums are written last: a
 * directory without them is unfinished. */
#include "collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "amendment.h"
#include "config.h"
#include "data.h"
#include "download.h"
#include "eval.h"
#include "graph.h"
#include "hash.h"
#include "lock.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "proc.h"
#include "recipe.h"
#include "repository.h"
#include "seal.h"
#include "source.h"
#include "util.h"
#include "workspace.h"

struct collect {
	struct agenda *agenda;
	const struct options *o;
	const char *dir;
	struct map shared;       /* set: files of layers/ */
	unsigned recipes, failures;
};

/* --- what the recipe says --- */

static void copy(const char *from, const char *to, bool link) {
	if (os_remove(to) || os_mkparents(to) || os_copy_tree(from, to, link))
		raise_error("%s: %s", to, strerror(errno));
}

/* A file of the metadata, for others to read: passwords in URLs stay behind. */
static void copy_text(struct arena *a, const char *from, const char *to) {
	struct slice text, masked;
	copy(from, to, false);
	if (!os_is_file(to) || os_read(a, to, &text))
		return;
	masked = text_mask(a, text);
	if (slice_eq(text, masked))
		return;
	if (os_write(to, masked, 0644, false))
		raise_error("%s: %s", to, strerror(errno));
	warn("%s: a URL with a name or password: *** in the archive; ~/.netrc is a better place", from);
}

static bool is_below(struct slice path, struct slice dir) {
	return path.n > dir.n && path.p[dir.n] == '/' && slice_eq(slice_sub(path, 0, dir.n), dir);
}

/* Of the build directory, not of a layer: its conf/local.conf may hold what is nobody's business. */
static bool is_private(const struct config *c, struct slice path, const struct layer *layer) {
	static const char *const names[] = { "local.conf", "site.conf", "auto.conf", "bblayers.conf" };
	if (!is_below(path, c->topdir))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_is(os_basename(path), names[i]))
			return true;
	return layer->dir.n < c->topdir.n;
}

/* "core/recipes/x/x.inc": a file of the metadata by its layer; NULL for what is of none. */
static const char *place_of(const struct config *c, struct arena *a, struct slice path) {
	const struct layer *layer = NULL;
	for (size_t i = 0; i < c->layers; i++)
		if (is_below(path, c->layer[i].dir) && (!layer || layer->dir.n < c->layer[i].dir.n))
			layer = &c->layer[i];
	if (!layer || is_private(c, path, layer))
		return NULL;
	return arena_printf(a, SFMT SFMT, SARG(layer->collection),
		SARG(slice_sub(path, layer->dir.n, path.n))).p;
}

/* Classes and configuration are of many recipes: they are kept once. */
static void share(struct collect *c, struct arena *a, struct slice path, const char *place) {
	if (map_add(&c->shared, atom(path)))
		copy_text(a, arena_str(a, path), arena_printf(a, "%s/layers/%s", c->dir, place).p);
}

/* What the classes' code loads when it runs. */
static void share_libraries(struct collect *c, struct arena *a) {
	const struct config *config = c->agenda->w->config;
	for (size_t i = 0; i < config->layers; i++) {
		struct slice lib = os_path(a, config->layer[i].dir, SLICE("classes/lib"));
		const char *place = place_of(config, a, lib);
		if (place && os_is_dir(lib.p))
			share(c, a, lib, place);
	}
}

/* Every file that evaluation read: the recipe, its appends and what they include, wherever it stands;
 * classes and configuration. */
static void copy_recipe(struct collect *c, struct data *d, const char *dir, struct buf *info) {
	struct arena *a = data_arena(d);
	const struct config *config = c->agenda->w->config;
	struct slices files = eval_inputs(d);
	for (size_t i = 0; i < files.n; i++) {
		struct slice path = files.v[i];
		const char *place = place_of(config, a, path);
		if (!place)
			continue;
		if (slice_ends(path, ".bbclass") || slices_has(&config->inputs, path)) {
			share(c, a, path, place);
			continue;
		}
		copy_text(a, arena_str(a, path), arena_printf(a, "%s/recipe/%s", dir, place).p);
		buf_addf(info, "file: %s\n", place);
	}
	struct slices classes = eval_classes(d);
	for (size_t i = 0; i < classes.n; i++) {
		const char *place = place_of(config, a, classes.v[i]);
		if (place)
			buf_addf(info, "class: %s\n", place);
	}
	share_libraries(c, a);
}

/* --- its sources --- */

/* "fix.patch", "dir/fix.patch": as SRC_URI has it, so that two of one name are two. */
static struct slice local_name(const struct source *s) {
	bool plain = s->uri.path.n && s->uri.path.p[0] != '/' && !slice_find(s->uri.path, "..", NULL);
	return plain ? s->uri.path : os_basename(s->uri.path);
}

/* What follows may be a token. */
static struct slice without_query(struct slice path) {
	struct slice rest = path, before;
	return slice_field(&rest, '?', &before) ? before : path;
}

static void copy_local(struct data *d, const struct source *s, const char *dir) {
	struct arena *a = data_arena(d);
	copy(source_path(d, s), arena_printf(a, "%s/files/" SFMT, dir, SARG(local_name(s))).p, false);
}

static void copy_source(struct data *d, const struct source *s, const char *dir,
		struct buf *info) {
	struct arena *a = data_arena(d);
	char hex[HASH_HEX];
	const char *sources = arena_printf(a, "%s/sources", dir).p;
	if (s->kind == SOURCE_LOCAL) {
		copy_local(d, s, dir);
	} else if (s->kind == SOURCE_GIT) {
		if (os_mkdirs(sources))
			raise_error("%s: %s", sources, strerror(errno));
		repository_pack(d, s, sources);
		buf_addf(info, "source: " SFMT SFMT " commit=" SFMT "\n", SARG(s->uri.host),
			SARG(s->uri.path), SARG(s->commit));
	} else if (s->kind == SOURCE_REMOTE) {
		struct slice name = os_basename(slice_of(s->path));
		copy(s->path, os_path(a, slice_of(sources), name).p, true);
		if (hash_file(HASH_SHA256, s->path, hex))
			raise_error("%s: %s", s->path, strerror(errno));
		buf_addf(info, "source: " SFMT " sha256=%s from " SFMT "://" SFMT SFMT "\n", SARG(name), hex,
			SARG(s->uri.scheme), SARG(s->uri.host), SARG(without_query(s->uri.path)));
	}
}

/* Its stanza in conf/sources.lock: channel, version, commit, patches with their sums. */
static void copy_stanza(struct collect *c, struct data *d, const struct recipe *r,
		const char *dir) {
	struct arena *a = data_arena(d);
	struct lock *lock = c->agenda->w->lock;
	const struct lock_entry *e = lock ? lock_find(lock, r->pn, data_text(d, "TARGET_ARCH")) : NULL;
	const char *file = arena_printf(a, "%s/lock", dir).p;
	if (e && os_write(file, e->text, 0644, false))
		raise_error("%s: %s", file, strerror(errno));
}

/* Those that do_populate_lic left. */
static void copy_licences(struct arena *a, const struct recipe *r, const char *dir) {
	const struct recipe_task *t = recipe_task_find(r, atom_of("do_populate_lic"));
	for (size_t i = 0; t && i < t->outputdirs.n; i++) {
		const char *from = arena_str(a, t->outputdirs.v[i]);
		const char *to = arena_printf(a, "%s/licences", dir).p;
		if (os_is_dir(from) && (os_mkdirs(to) || os_copy_tree(from, to, true)))
			raise_error("%s: %s", to, strerror(errno));
	}
}

/* An earlier run may have left other versions of the recipe; INFO tells that a directory is one. */
static void remove_versions(struct collect *c, struct arena *a, const struct recipe *r) {
	struct slices names = { 0 };
	struct slice head = arena_printf(a, "recipe: " SFMT "\n", SARG(r->pn)), info;
	os_list(a, c->dir, &names);
	for (size_t i = 0; i < names.n; i++) {
		const char *dir = arena_printf(a, "%s/" SFMT, c->dir, SARG(names.v[i])).p;
		bool ours = os_read(a, arena_printf(a, "%s/INFO", dir).p, &info) == 0 &&
			slice_eq(slice_sub(info, 0, head.n), head);
		if (ours && os_remove(dir))
			raise_error("%s: %s", dir, strerror(errno));
	}
}

static void collect_recipe(struct collect *c, struct data *d, const struct recipe *r) {
	struct arena *a = data_arena(d);
	struct buf info = { .arena = a };
	const char *dir = arena_printf(a, "%s/" SFMT "-" SFMT, c->dir, SARG(r->pn), SARG(r->pv)).p;
	buf_addf(&info, "recipe: " SFMT "\nversion: " SFMT "\nlicence: " SFMT "\n", SARG(r->pn),
		SARG(r->pv), SARG(data_text(d, "LICENSE")));
	remove_versions(c, a, r);
	if (os_remove(dir))              /* what a run that was stopped left */
		raise_error("%s: %s", dir, strerror(errno));
	download_all(d);
	struct sources all = source_list(d);
	copy_recipe(c, d, dir, &info);
	copy_stanza(c, d, r, dir);
	for (size_t i = 0; i < all.n; i++)
		copy_source(d, &all.v[i], dir, &info);
	copy_licences(a, r, dir);
	if (os_write(arena_printf(a, "%s/INFO", dir).p, buf_slice(&info), 0644, false))
		raise_error("%s/INFO: %s", dir, strerror(errno));
	c->recipes++;
}

/* Every recipe of the graph that has this task and does something in it, once. */
static void each_recipe(struct collect *c, const char *task,
		void (*work)(struct collect *c, const struct recipe *r)) {
	const struct graph *g = c->agenda->graph;
	const struct atom *name = atom_of(task);
	for (uint32_t i = 0; i < g->count; i++)
		if (g->task[i].spec->name == name && !g->task[i].spec->noexec)
			work(c, g->task[i].recipe);
}

/* One recipe that cannot be had does not stop the others. */
static void collect_one(struct collect *c, const struct recipe *r) {
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		collect_recipe(c, recipe_data(c->agenda->w->config, r->id, a), r);
		trap_end(&trap);
	} else {
		error(SFMT ": " SFMT, SARG(r->pn), SARG(trap.error.message));
		c->failures++;
	}
	arena_free(a);
}

/* --- licences --- */

static void show_one(struct collect *c, const struct recipe *r) {
	struct arena *a = arena_new();
	struct buf text = { .arena = a };
	amendment_report(c->agenda->w->config, r, a, &text);
	printf(SFMT, SARG(text_plain(a, buf_slice(&text))));
	arena_free(a);
}

/* bake -k PN:do_populate_lic …: restored where it was done before. */
static const char **licence_command(struct collect *c, size_t *targets) {
	struct arena *a = c->agenda->arena;
	const struct graph *g = c->agenda->graph;
	const struct atom *fetch = atom_of("do_fetch"), *licence = atom_of("do_populate_lic");
	struct slices argv = { 0 };
	options_again(a, c->o, c->agenda->w->topdir, &argv);
	slices_add(a, &argv, SLICE("-k"));
	*targets = 0;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct recipe *r = g->task[i].recipe;
		const struct recipe_task *t = recipe_task_find(r, licence);
		if (g->task[i].spec->name != fetch || !t || t->noexec)
			continue;
		slices_add(a, &argv, arena_printf(a, SFMT ":do_populate_lic", SARG(r->pn)));
		++*targets;
	}
	return slices_argv(a, &argv);
}

static void check_licences(struct collect *c) {
	size_t targets;
	struct proc_command run = { .argv = licence_command(c, &targets) };
	if (targets == 0)
		return;
	fflush(NULL);
	int status = proc_run(&run, 2);
	if (status == 0)
		return;
	c->failures++;
	each_recipe(c, "do_fetch", show_one);
}

/* --- all of it --- */

int collect_sources(struct arena *a, const struct options *o) {
	struct collect c = { .o = o };
	if (o->words.n == 0) {
		error("archive: name a target");
		return 2;
	}
	c.agenda = agenda_look(a, o);
	if (!c.agenda)
		return 1;
	c.shared.arena = a;
	c.dir = o->output ? os_absolute(a, o->output)
		: arena_printf(a, "%s/archive", c.agenda->tmpdir).p;
	if (os_mkdirs(c.dir) || os_remove(arena_printf(a, "%s/" SEAL_SUMS, c.dir).p)) {
		error("%s: %s", c.dir, strerror(errno));
		return 1;
	}
	check_licences(&c);
	each_recipe(&c, "do_fetch", collect_one);
	if (seal_write(a, c.dir))
		return 1;
	printf("%s: sources, patches, recipes and licence texts of %u recipe%s\n", c.dir, c.recipes,
		c.recipes == 1 ? "" : "s");
	return c.failures ? 1 : 0;
}
