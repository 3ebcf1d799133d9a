/* artefact: Yocto's sstate directories. An output directory may belong to many tasks
 * (DEPLOY_DIR_IMAGE), so it is never emptied: the manifest lists what this task put there, and only
 * that is taken away. */
#include "artefact.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph.h"
#include "leak.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "stamp.h"
#include "store.h"
#include "util.h"

static int fail(const struct task *t, struct slice path) {
	error(SFMT ": " SFMT ": %s", SARG(t->id), SARG(path), strerror(errno));
	return -1;
}

static int empty_all(const struct task *t, const struct slices *dirs) {
	struct arena *a = arena_new();
	int result = 0;
	for (size_t i = 0; i < dirs->n && result == 0; i++) {
		const char *dir = arena_str(a, dirs->v[i]);
		if (os_remove(dir) < 0 || os_mkdirs(dir) < 0)
			result = fail(t, dirs->v[i]);
	}
	arena_free(a);
	return result;
}

int artefact_empty(const struct task *t) {
	const struct recipe_task *spec = t->spec;
	if (spec->inputdirs.n != spec->outputdirs.n) {
		error(SFMT ": [sstate-inputdirs] has %zu directories, [sstate-outputdirs] %zu: they pair up",
				SARG(t->id), spec->inputdirs.n, spec->outputdirs.n);
		return -1;
	}
	return empty_all(t, &spec->inputdirs) < 0 || empty_all(t, &spec->plaindirs) < 0 ? -1 : 0;
}

/* --- what must not be in it --- */

static int check_dir(struct arena *a, const struct task *t, struct slice dir,
		const struct leak_secrets *secrets) {
	struct leak found[LEAKS];
	long n = leak_find(a, arena_str(a, dir), secrets, found);
	if (n < 0)
		return fail(t, dir);
	for (long i = 0; i < n && i < LEAKS; i++)
		error(SFMT ": %s holds %s, " SFMT ": what is built may not tell where: use %s",
			SARG(t->id), found[i].path, found[i].secret->what,
			SARG(found[i].secret->text), found[i].secret->instead);
	if (n > LEAKS)
		error(SFMT ": and %ld more files in " SFMT, SARG(t->id), n - LEAKS, SARG(dir));
	return n ? -1 : 0;
}

int artefact_check(const struct task *t, const struct leak_secrets *secrets) {
	const struct slices *lists[] = { &t->spec->inputdirs, &t->spec->plaindirs };
	struct arena *a = arena_new();
	int result = 0;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (check_dir(a, t, lists[k]->v[i], secrets) < 0)
				result = -1;
	arena_free(a);
	return result;
}

/* --- publishing --- */

/* Takes away what the manifest lists, deepest first; directories others use stay. */
static void remove_published(struct arena *a, const char *manifest) {
	struct slice text, line;
	struct slices lines = { 0 };
	if (os_read(a, manifest, &text) < 0)
		return;
	while (slice_field(&text, '\n', &line))
		if (line.n > 0)
			slices_add(a, &lines, line);
	for (size_t i = lines.n; i-- > 0; ) {
		const char *path = arena_str(a, lines.v[i]);
		if (unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
			rmdir(path);
	}
	unlink(manifest);
}

/* Links to one text, or files of the same bytes? */
static bool same_file(struct arena *a, const char *one, const char *other) {
	struct slice x, y;
	struct stat st, other_st;
	if (lstat(one, &st) < 0 || lstat(other, &other_st) < 0 || st.st_mode != other_st.st_mode)
		return false;
	if (st.st_ino == other_st.st_ino)
		return true;
	return S_ISREG(st.st_mode) && st.st_size == other_st.st_size
		&& os_read(a, one, &x) == 0 && os_read(a, other, &y) == 0 && slice_eq(x, y);
}

/* Adds to list every path that linking `from` into `to` will make. */
static int list_tree(struct arena *a, const struct task *t, struct slice from, struct slice to,
		struct buf *list) {
	struct os_entry *entries;
	struct slice foreign = SLICE_NONE;
	size_t count;
	if (os_walk(a, arena_str(a, from), &entries, &count) < 0)
		return fail(t, from);
	for (size_t i = 0; i < count; i++) {
		struct slice path = arena_printf(a, SFMT "/%s", SARG(to), entries[i].path);
		const char *source = arena_printf(a, SFMT "/%s", SARG(from), entries[i].path).p;
		if (entries[i].type != 'd' && os_exists(path.p) && !same_file(a, source, path.p))
			foreign = path;
		buf_addf(list, SFMT "\n", SARG(path));
	}
	if (foreign.p)
		warn(SFMT ": replaces what another task has put there: " SFMT, SARG(t->id),
				SARG(foreign));
	return 0;
}

static int publish(struct arena *a, const struct task *t) {
	const struct slices *inputs = &t->spec->inputdirs, *outputs = &t->spec->outputdirs;
	const char *manifest = stamp_beside(a, t, "manifest");
	struct buf list = { .arena = a };
	remove_published(a, manifest);
	for (size_t i = 0; i < inputs->n; i++)
		if (list_tree(a, t, inputs->v[i], outputs->v[i], &list) < 0)
			return -1;
	/* The manifest first: what is interrupted here must be found again. */
	if (os_mkparents(manifest) < 0 || os_write(manifest, buf_slice(&list), 0644, false) < 0)
		return fail(t, slice_of(manifest));
	for (size_t i = 0; i < inputs->n; i++) {
		const char *from = arena_str(a, inputs->v[i]), *to = arena_str(a, outputs->v[i]);
		if (os_mkdirs(to) < 0 || os_copy_tree(from, to, true) < 0)
			return fail(t, outputs->v[i]);
	}
	return 0;
}

int artefact_publish(const struct task *t) {
	if (t->spec->inputdirs.n == 0)
		return 0;
	struct arena *a = arena_new();
	int result = publish(a, t);
	arena_free(a);
	return result;
}

void artefact_withdraw(const struct recipe *r) {
	struct arena *a = arena_new();
	struct slices manifests = { 0 };
	os_glob(a, arena_printf(a, SFMT "/manifest." SFMT ".do_*", SARG(os_dirname(r->stamp)),
		SARG(r->pn)).p, &manifests);
	for (size_t i = 0; i < manifests.n; i++)
		remove_published(a, arena_str(a, manifests.v[i]));
	arena_free(a);
}

/* --- the store --- */

/* The trees under names that do not depend on where the build is. */
static struct store_entry entry(struct arena *a, const struct task *t) {
	const struct slices *in = &t->spec->inputdirs, *plain = &t->spec->plaindirs;
	size_t count = in->n + plain->n;
	const char **names = ARENA_ARRAY(a, const char *, count);
	const char **dirs = ARENA_ARRAY(a, const char *, count);
	for (size_t i = 0; i < count; i++) {
		struct slice dir = i < in->n ? in->v[i] : plain->v[i - in->n];
		names[i] = arena_printf(a, "%zu-" SFMT, i, SARG(os_basename(dir))).p;
		dirs[i] = arena_str(a, dir);
	}
	return (struct store_entry){ .hash = arena_str(a, t->hash), .id = arena_str(a, t->id),
		.names = names, .dirs = dirs, .count = count };
}

int artefact_store(struct store *s, const struct task *t, const struct store_entry *cost,
		struct slice *content) {
	struct arena *a = arena_new();
	struct store_entry e = entry(a, t);
	e.newest = cost->newest;
	e.cpu_ms = cost->cpu_ms;
	e.kin = cost->kin;
	e.ctx = cost->ctx;
	int result = store_put(s, &e, content);
	arena_free(a);
	return result;
}

int artefact_restore(struct store *s, const struct task *t, struct slice *content) {
	struct arena *a = arena_new();
	struct store_entry e = entry(a, t);
	int result = store_get(s, &e, content);
	arena_free(a);
	return result;
}
