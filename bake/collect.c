/* collect: DIR/PN-PV/{recipe,files,sources,licences} and INFO. What a recipe fetches is taken from
 * DL_DIR, verified by then; licence texts are what do_populate_lic published, which a build of that
 * task alone brings up to date first.
 *
 * When that task fails, its text of the last time is still published: the difference is against
 * that. */
#include "collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "config.h"
#include "data.h"
#include "diff.h"
#include "download.h"
#include "graph.h"
#include "hash.h"
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

enum { CONTEXT_LINES = 3 };

struct collect {
	struct agenda *agenda;
	const struct options *o;
	const char *dir;
	unsigned recipes, failures;
};

/* --- files --- */

static void copy(struct arena *a, const char *from, const char *dir) {
	const char *to = arena_printf(a, "%s/" SFMT, dir, SARG(os_basename(slice_of(from)))).p;
	if (os_mkdirs(dir) || os_copy_tree(from, to, true))
		raise_error("%s: %s", to, strerror(errno));
}

/* The recipe with its appends and the files beside it that such are made of. */
static void copy_recipe(struct arena *a, const struct recipe *r, const char *dir) {
	struct slices beside = { 0 };
	const char *to = arena_printf(a, "%s/recipe", dir).p;
	copy(a, arena_str(a, r->file), to);
	for (size_t i = 0; i < r->appends.n; i++)
		copy(a, arena_str(a, r->appends.v[i]), to);
	os_glob(a, arena_printf(a, SFMT "/*.inc", SARG(os_dirname(r->file))).p, &beside);
	for (size_t i = 0; i < beside.n; i++)
		copy(a, arena_str(a, beside.v[i]), to);
}

static void copy_source(struct data *d, const struct source *s, const char *dir,
		struct buf *info) {
	struct arena *a = data_arena(d);
	char hex[HASH_HEX];
	const char *sources = arena_printf(a, "%s/sources", dir).p;
	if (s->kind == SOURCE_LOCAL) {
		copy(a, source_path(d, s), arena_printf(a, "%s/files", dir).p);
	} else if (s->kind == SOURCE_GIT) {
		if (os_mkdirs(sources))
			raise_error("%s: %s", sources, strerror(errno));
		repository_pack(d, s, sources);
		buf_addf(info, "source: " SFMT SFMT " commit=" SFMT "\n", SARG(s->uri.host),
			SARG(s->uri.path), SARG(s->commit));
	} else if (s->kind == SOURCE_REMOTE) {
		copy(a, s->path, sources);
		if (hash_file(HASH_SHA256, s->path, hex))
			raise_error("%s: %s", s->path, strerror(errno));
		buf_addf(info, "source: " SFMT " sha256=%s\n",
			SARG(os_basename(slice_of(s->path))), hex);
	}
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

static void collect_recipe(struct collect *c, struct data *d, const struct recipe *r) {
	struct arena *a = data_arena(d);
	struct buf info = { .arena = a };
	const char *dir = arena_printf(a, "%s/" SFMT "-" SFMT, c->dir, SARG(r->pn), SARG(r->pv)).p;
	buf_addf(&info, "recipe: " SFMT "\nversion: " SFMT "\nlicence: " SFMT "\n", SARG(r->pn),
		SARG(r->pv), SARG(data_text(d, "LICENSE")));
	download_all(d);
	struct sources all = source_list(d);
	copy_recipe(a, r, dir);
	for (size_t i = 0; i < all.n; i++)
		copy_source(d, &all.v[i], dir, &info);
	copy_licences(a, r, dir);
	if (os_write(arena_printf(a, "%s/INFO", dir).p, buf_slice(&info), 0644, false))
		raise_error("%s/INFO: %s", dir, strerror(errno));
	c->recipes++;
}

/* One recipe that cannot be had does not stop the others. */
static void try_recipe(struct collect *c, const struct recipe *r,
		void (*work)(struct collect *c, struct data *d, const struct recipe *r)) {
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		work(c, recipe_data(c->agenda->w->config, r->id, a), r);
		trap_end(&trap);
	} else {
		error(SFMT ": " SFMT, SARG(r->pn), SARG(trap.error.message));
		c->failures++;
	}
	arena_free(a);
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

static void collect_one(struct collect *c, const struct recipe *r) {
	try_recipe(c, r, collect_recipe);
}

/* --- licences --- */

/* "file://COPYING;md5=…;beginline=…": where the text is now. */
static const char *text_file(struct data *d, struct slice url, struct slice *path) {
	struct slice rest = url;
	if (!slice_starts(url, "file://") || !slice_field(&rest, ';', path))
		return NULL;
	*path = slice_sub(*path, strlen("file://"), path->n);
	if (path->n && path->p[0] == '/')
		return arena_str(data_arena(d), *path);
	return os_path(data_arena(d), data_text(d, "S"), *path).p;
}

static void show_text(struct data *d, const struct recipe *r, struct slice url) {
	struct arena *a = data_arena(d);
	const struct recipe_task *t = recipe_task_find(r, atom_of("do_populate_lic"));
	struct slice path, now, before;
	struct buf text = { .arena = a };
	const char *file = text_file(d, url, &path);
	if (!file || !t || t->outputdirs.n == 0 || os_read(a, file, &now))
		return;
	if (path.p[0] == '/')
		path = os_basename(path);
	if (os_read(a, os_path(a, t->outputdirs.v[0], path).p, &before))
		return;
	if (diff_unified(&text, before, now, CONTEXT_LINES))
		printf("--- " SFMT " " SFMT ", when it was last accepted\n+++ %s\n" SFMT,
			SARG(r->pn), SARG(path), file, SARG(buf_slice(&text)));
}

static void show_texts(struct collect *c, struct data *d, const struct recipe *r) {
	struct slice list = data_text(d, "LIC_FILES_CHKSUM"), url;
	(void)c;
	while (slice_word(&list, &url))
		show_text(d, r, url);
}

static void show_one(struct collect *c, const struct recipe *r) {
	try_recipe(c, r, show_texts);
}

static void add_word(struct arena *a, struct slices *argv, const char *word) {
	slices_add(a, argv, slice_of(word));
}

/* bake -k PN:do_populate_lic …: restored where it was done before. */
static const char **licence_command(struct collect *c, size_t *targets) {
	struct arena *a = c->agenda->arena;
	const struct graph *g = c->agenda->graph;
	const struct atom *fetch = atom_of("do_fetch"), *licence = atom_of("do_populate_lic");
	struct slices argv = { 0 };
	add_word(a, &argv, os_realpath(a, "/proc/self/exe"));
	add_word(a, &argv, "-k");
	add_word(a, &argv, "-B");
	add_word(a, &argv, c->agenda->w->topdir);
	for (size_t i = 0; i < c->o->assigns.n; i++) {
		add_word(a, &argv, "--set");
		add_word(a, &argv, arena_str(a, c->o->assigns.v[i]));
	}
	*targets = 0;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct recipe *r = g->task[i].recipe;
		const struct recipe_task *t = recipe_task_find(r, licence);
		if (g->task[i].spec->name != fetch || !t || t->noexec)
			continue;
		slices_add(a, &argv, arena_printf(a, SFMT ":do_populate_lic", SARG(r->pn)));
		++*targets;
	}
	const char **list = ARENA_ARRAY(a, const char *, argv.n + 1);
	for (size_t i = 0; i < argv.n; i++)
		list[i] = arena_str(a, argv.v[i]);
	return list;
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
	struct options dry = *o;
	dry.dry_run = true;              /* nothing runs here, so nothing is forced */
	struct collect c = { .o = o };
	if (o->words.n == 0) {
		error("archive: name a target");
		return 2;
	}
	c.agenda = agenda_open(a, &dry, false);
	if (!c.agenda)
		return 1;
	c.dir = o->output ? os_absolute(a, o->output)
		: arena_printf(a, "%s/archive", c.agenda->tmpdir).p;
	if (os_mkdirs(c.dir)) {
		error("%s: %s", c.dir, strerror(errno));
		return 1;
	}
	check_licences(&c);
	each_recipe(&c, "do_fetch", collect_one);
	if (seal_write(a, c.dir))
		return 1;
	printf("%s: sources, patches, recipes and licence texts of %u recipes\n", c.dir, c.recipes);
	return c.failures ? 1 : 0;
}
