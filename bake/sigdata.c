/* sigdata: two files a signature. PN/do_x.HASH holds what came from the graph; it names a base hash,
 * whose variables are in PN/do_x.vars.BASE: most new hashes come from below and have the variables
 * of the last one, so that no recipe is evaluated for them. The time of a file is that of the last
 * build that used the hash. */
#include "sigdata.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agenda.h"
#include "data.h"
#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "sig.h"
#include "workspace.h"

enum { HASH_DIGITS = 64, LEAST_DIGITS = 6 };
enum { GENERATIONS = 5 };                /* signatures kept a task */

/* --- names --- */

static const char *directory(struct arena *a, const struct agenda *g, struct slice pn) {
	return arena_printf(a, "%s/sigdata/" SFMT, g->tmpdir, SARG(pn)).p;
}

static const char *header_path(struct arena *a, const struct agenda *g, const struct task *t) {
	return arena_printf(a, "%s/%s." SFMT, directory(a, g, t->recipe->pn), t->spec->name->p,
			SARG(t->hash)).p;
}

static const char *vars_path(struct arena *a, const struct agenda *g, const struct task *t) {
	return arena_printf(a, "%s/%s.vars." SFMT, directory(a, g, t->recipe->pn),
			t->spec->name->p, SARG(t->spec->base_hash)).p;
}

/* --- evaluation: the tasks of one recipe follow each other, so the last one's store is kept --- */

struct reader {
	struct agenda *agenda;
	const struct recipe *recipe;
	struct arena *arena;             /* of its store */
	struct sig *sig;
};

static struct sig *sig_of(struct reader *r, const struct recipe *recipe) {
	if (r->recipe == recipe)
		return r->sig;
	arena_free(r->arena);
	r->recipe = NULL;
	r->arena = arena_new();
	r->sig = sig_new(recipe_data(r->agenda->w->config, recipe->id, r->arena));
	r->recipe = recipe;
	return r->sig;
}

static struct slice header_of(struct agenda *g, const struct task *t, struct arena *a) {
	struct buf text = { .arena = a };
	graph_explain(g->graph, t, g->tools.lines, &text);
	return buf_slice(&text);
}

struct slice sigdata_now(struct agenda *g, const struct task *t) {
	struct reader r = { .agenda = g };
	struct buf text = { .arena = g->arena };
	buf_add(&text, header_of(g, t, g->arena));
	sig_dump(sig_of(&r, t->recipe), t->spec->name, &text);
	arena_free(r.arena);
	return buf_slice(&text);
}

/* --- keeping --- */

static int write_file(const char *path, struct slice text) {
	return os_mkparents(path) < 0 ? -1 : os_write(path, text, 0644, false);
}

/* Is the file there? It is in use again. */
static bool touch(const char *path) {
	return utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

static int keep_vars(struct reader *r, const struct task *t, struct arena *a) {
	const char *path = vars_path(a, r->agenda, t);
	struct buf text = { .arena = a };
	if (touch(path))
		return 0;
	sig_dump(sig_of(r, t->recipe), t->spec->name, &text);
	return write_file(path, buf_slice(&text));
}

/* Under a hash that is the same because of an early cut-off, what is below may be new. */
static int keep_header(const char *path, struct slice header, struct arena *a) {
	struct slice kept;
	if (os_read(a, path, &kept) == 0 && slice_eq(kept, header) && touch(path))
		return 0;
	return write_file(path, header);
}

static int keep(struct reader *r, const struct task *t) {
	struct arena *a = arena_new();
	struct trap trap;
	int result = -1;
	const char *path = header_path(a, r->agenda, t);
	if (TRAP(&trap)) {
		result = keep_vars(r, t, a);
		trap_end(&trap);
	}
	if (result == 0)
		result = keep_header(path, header_of(r->agenda, t, a), a);
	arena_free(a);
	return result;
}

/* --- forgetting --- */

struct kept {
	const char *path;
	struct slice name;
	struct timespec at;
};

static int newest_first(const void *x, const void *y) {
	const struct kept *a = x, *b = y;
	if (a->at.tv_sec != b->at.tv_sec)
		return a->at.tv_sec > b->at.tv_sec ? -1 : 1;
	if (a->at.tv_nsec != b->at.tv_nsec)
		return a->at.tv_nsec > b->at.tv_nsec ? -1 : 1;
	return slice_cmp(a->name, b->name);
}

/* The files of dir whose names are prefix and a hash, newest first. */
static struct kept *list_kept(struct arena *a, const char *dir, const char *prefix, size_t *count) {
	struct slices names = { 0 };
	struct stat st;
	*count = 0;
	os_list(a, dir, &names);
	struct kept *list = ARENA_ARRAY(a, struct kept, names.n + 1);
	for (size_t i = 0; i < names.n; i++) {
		const char *path = os_path(a, slice_of(dir), names.v[i]).p;
		if (slice_starts(names.v[i], prefix) &&
				names.v[i].n == strlen(prefix) + HASH_DIGITS && stat(path, &st) == 0)
			list[(*count)++] = (struct kept){ path, names.v[i], st.st_mtim };
	}
	qsort(list, *count, sizeof *list, newest_first);
	return list;
}

static void forget_old(const struct agenda *g, const struct task *t) {
	struct arena *a = arena_new();
	const char *dir = directory(a, g, t->recipe->pn);
	const char *const prefix[] = { arena_printf(a, "%s.", t->spec->name->p).p,
		arena_printf(a, "%s.vars.", t->spec->name->p).p };
	const char *const now[] = { arena_str(a, t->hash), arena_str(a, t->spec->base_hash) };
	for (size_t k = 0; k < sizeof prefix / sizeof *prefix; k++) {
		size_t count;
		struct kept *list = list_kept(a, dir, prefix[k], &count);
		for (size_t i = GENERATIONS; i < count; i++)
			if (!slice_ends(list[i].name, now[k]))   /* a clock may have jumped */
				os_remove(list[i].path);
	}
	arena_free(a);
}

void sigdata_keep_task(void *ctx, const struct task *t) {
	struct reader r = { .agenda = ctx };
	if (keep(&r, t) < 0)
		debug(SFMT ": its signature is not kept", SARG(t->id));
	arena_free(r.arena);
}

void sigdata_keep(struct agenda *g) {
	struct reader r = { .agenda = g };
	unsigned missed = 0;
	for (uint32_t i = 0; i < g->graph->count; i++) {
		const struct task *t = &g->graph->task[i];
		if (t->state != TASK_DONE)
			continue;
		missed += keep(&r, t) < 0;
		forget_old(g, t);
	}
	arena_free(r.arena);
	if (missed)
		debug("sigdata: %u tasks: not kept", missed);
}

/* --- finding --- */

struct slice sigdata_read(struct arena *a, const char *path) {
	struct slice header, vars;
	struct buf text = { .arena = a };
	if (os_read(a, path, &header) < 0 || !slice_starts(header, "@task "))
		return SLICE_NONE;
	buf_add(&text, header);
	struct slice base = sigdata_value(header, "@base");
	struct slice name = os_basename(slice_of(path));
	size_t stem = name.n > HASH_DIGITS ? name.n - HASH_DIGITS : 0;
	const char *beside = arena_printf(a, SFMT "/" SFMT "vars." SFMT,
			SARG(os_dirname(slice_of(path))), SARG(slice_sub(name, 0, stem)),
			SARG(base)).p;
	if (base.n && os_read(a, beside, &vars) == 0)
		buf_add(&text, vars);
	return buf_slice(&text);
}

/* The parts of "PN:do_task". */
static struct slice pn_of(struct slice id, struct slice *task) {
	size_t at = id.n;
	slice_find(id, ":do_", &at);
	*task = slice_sub(id, at + 1, id.n);
	return slice_sub(id, 0, at);
}

struct slice sigdata_find(struct agenda *g, struct slice id, struct slice hash) {
	struct slice task, pn = pn_of(id, &task);
	const char *path = arena_printf(g->arena, "%s/" SFMT "." SFMT, directory(g->arena, g, pn),
			SARG(task), SARG(hash)).p;
	return sigdata_read(g->arena, path);
}

struct slice sigdata_find_any(struct agenda *g, struct slice digits) {
	struct slices paths = { 0 };
	if (digits.n < LEAST_DIGITS || digits.n > HASH_DIGITS)
		return SLICE_NONE;
	for (size_t i = 0; i < digits.n; i++)
		if (!strchr("0123456789abcdef", digits.p[i]))
			return SLICE_NONE;
	os_glob(g->arena, arena_printf(g->arena, "%s/sigdata/*/do_*." SFMT "*", g->tmpdir,
			SARG(digits)).p, &paths);
	for (size_t i = 0; i < paths.n; i++)
		if (!slice_find(paths.v[i], ".vars.", NULL))
			return sigdata_read(g->arena, arena_str(g->arena, paths.v[i]));
	return SLICE_NONE;
}

struct slice sigdata_before(struct agenda *g, const struct task *t) {
	size_t count;
	struct kept *list = list_kept(g->arena, directory(g->arena, g, t->recipe->pn),
			arena_printf(g->arena, "%s.", t->spec->name->p).p, &count);
	for (size_t i = 0; i < count; i++)
		if (!slice_ends(list[i].name, t->hash.p))
			return sigdata_read(g->arena, list[i].path);
	return SLICE_NONE;
}

/* --- dumps --- */

int sigdata_write_all(struct agenda *g, const char *dir) {
	for (uint32_t i = 0; i < g->graph->count; i++) {
		const struct task *t = &g->graph->task[i];
		const char *path = arena_printf(g->arena, "%s/" SFMT "/%s." SFMT, dir,
				SARG(t->recipe->pn), t->spec->name->p, SARG(t->hash)).p;
		if (write_file(path, sigdata_now(g, t)) < 0) {
			error("%s: %s", path, strerror(errno));
			return -1;
		}
	}
	return 0;
}

struct slice sigdata_value(struct slice text, const char *name) {
	size_t n = strlen(name);
	struct slice line;
	while (slice_field(&text, '\n', &line))
		if (slice_starts(line, name) && line.n > n && line.p[n] == ' ')
			return slice_sub(line, n + 1, line.n);
	return SLICE_NONE;
}
