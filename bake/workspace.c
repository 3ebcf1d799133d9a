/* workspace: what every command needs first. A build directory is one that has
 * conf/bblayers.conf. */
#include "workspace.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"
#include "data.h"
#include "harvest.h"
#include "layer.h"
#include "lua.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "provider.h"
#include "recipe.h"
#include "util.h"

/* --- where things are --- */

static bool has(struct arena *a, const char *dir, const char *file) {
	return os_exists(arena_printf(a, "%s/%s", dir, file).p);
}

const char *workspace_base(struct arena *a) {
	static const char *const places[] = { "..", "../share/bake" };
	char *exe = os_realpath(a, "/proc/self/exe");
	if (!exe)
		return NULL;
	struct slice dir = os_dirname(slice_of(exe));
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char *place = os_realpath(a, arena_printf(a, SFMT "/%s", SARG(dir), places[i]).p);
		if (place && has(a, place, "conf/layer.conf"))
			return place;
	}
	return NULL;
}

static const char *find_topdir(struct arena *a, const char *corebase, const char *asked) {
	const char *environment = getenv("BUILDDIR");
	const char *cwd = os_cwd(a);
	if (asked)
		return os_absolute(a, asked);
	if (environment && *environment)
		return os_absolute(a, environment);
	if (has(a, cwd, "conf/bblayers.conf"))
		return cwd;
	if (corebase)
		return arena_printf(a, "%s/build", corebase).p;
	error("build directory: none found: say which with -B DIR, or go to one that has conf/bblayers.conf");
	return NULL;
}

/* --- a new build directory --- */

static int copy_template(struct arena *a, const char *corebase, const char *topdir,
		const char *name) {
	const char *from = arena_printf(a, "%s/conf/templates/%s.sample", corebase, name).p;
	const char *to = arena_printf(a, "%s/conf/%s", topdir, name).p;
	struct slice text;
	if (os_exists(to))
		return 0;
	if (os_read(a, from, &text) < 0) {
		error("build directory: %s: %s", from, strerror(errno));
		return -1;
	}
	text = text_replace(a, text, SLICE("##OEROOT##"), slice_of(corebase));
	if (os_mkparents(to) < 0 || os_write(to, text, 0644, true) < 0) {
		error("build directory: %s: %s", to, strerror(errno));
		return -1;
	}
	return 0;
}

static int make_conf(const struct workspace *w) {
	if (has(w->arena, w->topdir, "conf/bblayers.conf"))
		return 0;
	if (!w->corebase) {
		error("build directory: %s: has no conf/bblayers.conf", w->topdir);
		return -1;
	}
	if (copy_template(w->arena, w->corebase, w->topdir, "local.conf") < 0
			|| copy_template(w->arena, w->corebase, w->topdir, "bblayers.conf") < 0)
		return -1;
	note("%s: new build directory; your choices go into conf/local.conf", w->topdir);
	return 0;
}

struct workspace *workspace_find(struct arena *a, const struct options *o) {
	struct workspace *w = ARENA_NEW(a, struct workspace);
	w->arena = a;
	w->corebase = workspace_base(a);
	w->topdir = find_topdir(a, w->corebase, o->build_dir);
	if (!w->topdir || make_conf(w) < 0)
		return NULL;
	if (w->corebase)
		lua_set_root(w->corebase);
	/* One name for one place, whatever links led here: stamps and caches hold it. */
	char *real = os_realpath(a, w->topdir);
	if (real)
		w->topdir = real;
	return w;
}

/* --- the lock --- */

enum { MOMENT_NS = 20 * 1000 * 1000, MOMENTS = 250 };    /* 5 s in all */

/* Has the process that wrote its number into the lock ended? */
static bool is_orphaned(const char *path) {
	struct arena *a = arena_new();
	struct slice holder;
	long process = os_read(a, path, &holder) == 0 ? strtol(holder.p, NULL, 10) : 0;
	arena_free(a);
	return process > 0 && kill((pid_t)process, 0) < 0 && errno == ESRCH;
}

/* Tasks of a bake that was killed hold its lock for the moment they need to die. */
static int take_lock(const char *path) {
	static const struct timespec moment = { .tv_nsec = MOMENT_NS };
	for (int i = 0;; i++) {
		int fd = os_lock(path, false);
		if (fd >= 0 || errno != EWOULDBLOCK)
			return fd;
		if (i == MOMENTS || !is_orphaned(path)) {
			errno = EWOULDBLOCK;
			return -1;
		}
		nanosleep(&moment, NULL);
	}
}

int workspace_lock(const struct workspace *w) {
	const char *path = arena_printf(w->arena, "%s/bake.lock", w->topdir).p;
	struct slice holder;
	int fd = take_lock(path);
	if (fd < 0 && errno == EWOULDBLOCK) {
		bool known = os_read(w->arena, path, &holder) == 0 && slice_trim(holder).n > 0;
		error("build directory: %s: in use by another bake (process " SFMT
		      "): wait for it or "
		      "take another with -B",
				w->topdir, SARG(known ? slice_trim(holder) : SLICE("unknown")));
		return -1;
	}
	if (fd < 0) {
		error("build directory: %s: %s", path, strerror(errno));
		return -1;
	}
	/* The descriptor stays open: the lock ends with the process. */
	if (ftruncate(fd, 0) == 0)
		dprintf(fd, "%d\n", (int)getpid());
	return 0;
}

/* --- reading it --- */

static bool shows_history(const struct options *o) {
	return (o->command == COMMAND_ENVIRONMENT && !o->json)
		|| (o->command == COMMAND_GETVAR && !o->value_only)
		|| o->command == COMMAND_WHY || o->command == COMMAND_DIFFSIGS;
}

int workspace_load(struct workspace *w, const struct options *o, struct layer_faults *faults) {
	struct layer_options options = { .assign = o->assigns.v, .assigns = o->assigns.n,
		.history = shows_history(o), .corebase = w->corebase, .lock = w->lock };
	w->config = layer_load(w->arena, w->topdir, &options, faults);
	w->lock = w->config ? w->config->lock : NULL;
	return w->config ? 0 : -1;
}

static unsigned parse_jobs(struct data *d) {
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned asked = data_number(d, "BB_NUMBER_PARSE_THREADS", 0);
	return asked ? asked : processors > 0 ? (unsigned)processors : 1;
}

/* Moves what stands at *next of from and is of this file. */
static void move_file(struct recipes *to, const struct recipes *from, size_t *next,
		struct slice path) {
	for (; *next < from->n && slice_eq(from->v[*next].file, path); ++*next)
		to->v[to->n++] = from->v[*next];
}

/* Both lists are in the order of the files; so is the result. */
static void merge(struct workspace *w, const struct recipes *kept, const struct recipes *read) {
	struct recipes *all = w->recipes;
	size_t next_kept = 0, next_read = 0;
	all->v = ARENA_ARRAY(w->arena, struct recipe, kept->n + read->n + 1);
	all->cap = kept->n + read->n;
	for (size_t i = 0; i < w->config->files; i++) {
		move_file(all, kept, &next_kept, w->config->file[i].path);
		move_file(all, read, &next_read, w->config->file[i].path);
	}
}

void workspace_read(struct workspace *w) {
	struct data *d = w->config->data;
	struct config rest = *w->config;     /* the same with the files the cache does not have */
	struct recipes kept = { 0 }, read = { 0 };
	w->recipes = ARENA_NEW(w->arena, struct recipes);
	w->failures = ARENA_NEW(w->arena, struct harvest_faults);
	w->cache = cache_open(w->arena, w->config);
	rest.file = ARENA_ARRAY(w->arena, struct layer_file, rest.files + 1);
	rest.files = 0;
	for (size_t i = 0; i < w->config->files; i++)
		if (!cache_take(w->cache, &w->config->file[i], &kept))
			rest.file[rest.files++] = w->config->file[i];
	harvest(&rest, parse_jobs(d), w->arena, &read, w->failures);
	merge(w, &kept, &read);
	cache_keep(w->cache, w->recipes);
	w->providers = provider_index(w->arena, d, w->recipes);
}

int workspace_configure(struct workspace *w, const struct options *o) {
	struct layer_faults faults = { 0 };
	int result = workspace_load(w, o, &faults);
	for (size_t i = 0; i < faults.n; i++)
		fault_report(&faults.v[i]);
	return result;
}

static int report(const struct harvest_faults *faults) {
	for (size_t i = 0; i < faults->n; i++)
		fault_report(&faults->v[i]);
	return faults->n ? -1 : 0;
}

int workspace_identify(struct workspace *w, const struct harvest_wanted *wanted) {
	struct harvest_wanted todo = { ARENA_ARRAY(w->arena, struct recipe *, wanted->n + 1), 0 };
	struct harvest_faults faults = { 0 };
	for (size_t i = 0; i < wanted->n; i++)
		if (!wanted->v[i]->identified)
			todo.v[todo.n++] = wanted->v[i];
	harvest_identify(w->config, parse_jobs(w->config->data), w->arena, &todo, &faults);
	cache_keep(w->cache, w->recipes);
	return report(&faults);
}

int workspace_open(struct workspace *w, const struct options *o) {
	return workspace_configure(w, o) < 0 ? -1 : workspace_recipes(w);
}

int workspace_recipes(struct workspace *w) {
	workspace_read(w);
	return report(w->failures);
}

/* --- another build directory of the same layers --- */

int workspace_copy_layers(struct arena *a, const char *from, const char *conf) {
	const char *to = arena_printf(a, "%s/bblayers.conf", conf).p;
	struct slice topdir = os_dirname(os_dirname(slice_of(from)));
	struct slice text;
	if (os_read(a, from, &text))
		return -1;
	/* It is about the place of the one it stands in. */
	return os_write(to, text_replace(a, text, SLICE("${TOPDIR}"), topdir), 0644, false);
}
