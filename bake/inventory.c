/* inventory: the last use of an artefact is the time of its file: a build sets it when it plans to
 * restore it. A build's lease is a locked file below leases/, dated when it began: whatever was used
 * since then is spared, so a gc needs not know what a build wants. */
#include "inventory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "provenance.h"
#include "store.h"

#define SUFFIX ".tar.zst"

/* --- reading --- */

static int by_use(const void *x, const void *y) {
	const struct inventory_item *a = x, *b = y;
	return a->used != b->used ? (a->used > b->used) - (a->used < b->used)
				  : strcmp(a->hash, b->hash);
}

static const char *beside(struct arena *a, const char *file, const char *suffix) {
	return arena_printf(a, "%.*s%s", (int)(strlen(file) - strlen(SUFFIX)), file, suffix).p;
}

static bool read_item(struct arena *a, const char *file, struct inventory_item *item) {
	struct stat st;
	struct slice text, name = os_basename(slice_of(file));
	struct provenance p;
	if (stat(file, &st) < 0)
		return false;
	*item = (struct inventory_item){ .file = file, .bytes = (uint64_t)st.st_size,
		.used = st.st_mtime };
	item->hash = arena_str(a, slice_sub(name, 0, name.n - strlen(SUFFIX)));
	if (os_read(a, beside(a, file, ".info"), &text) < 0 || provenance_read(text, &p) < 0)
		return true;
	item->artefact = p.artefact;
	item->cpu_ms = p.cpu_ms;
	item->bytes += text.n;
	return true;
}

static void find(struct arena *a, const char *dir, const char *pattern, struct slices *paths) {
	os_glob(a, arena_printf(a, "%s/[0-9a-f][0-9a-f]/%s", dir, pattern).p, paths);
}

int inventory_read(struct arena *a, const char *dir, struct inventory *v) {
	struct slices files = { 0 }, bad = { 0 };
	*v = (struct inventory){ .dir = dir };
	if (!os_is_dir(dir)) {
		errno = ENOENT;
		return -1;
	}
	find(a, dir, "*" SUFFIX, &files);
	find(a, dir, "*.bad", &bad);
	find(a, dir, "*.tmp-*", &bad);
	v->damaged = bad.n;
	v->item = ARENA_ARRAY(a, struct inventory_item, files.n + 1);
	for (size_t i = 0; i < files.n; i++)
		if (read_item(a, arena_str(a, files.v[i]), &v->item[v->n]))
			v->bytes += v->item[v->n++].bytes;
	qsort(v->item, v->n, sizeof *v->item, by_use);
	return 0;
}

/* --- removing --- */

/* The provenance last: without an archive it says nothing. */
int inventory_remove(const struct inventory_item *item) {
	struct arena *a = arena_new();
	int result = unlink(item->file) < 0 && errno != ENOENT ? -1 : 0;
	if (result == 0)
		unlink(beside(a, item->file, ".info"));
	arena_free(a);
	return result;
}

static void remove_older(struct arena *a, const struct slices *paths, int64_t before) {
	struct stat st;
	for (size_t i = 0; i < paths->n; i++) {
		const char *path = arena_str(a, paths->v[i]);
		if (lstat(path, &st) == 0 && st.st_mtime < before)
			unlink(path);
	}
}

void inventory_sweep(const struct inventory *v, int64_t left_before, int64_t noted_before) {
	struct arena *a = arena_new();
	struct slices left = { 0 }, notes = { 0 };
	find(a, v->dir, "*.bad", &left);
	find(a, v->dir, "*.tmp-*", &left);
	os_glob(a, arena_printf(a, "%s/incoming/*", v->dir).p, &left);
	os_glob(a, arena_printf(a, "%s/same/*/*", v->dir).p, &notes);
	os_glob(a, arena_printf(a, "%s/content/*/*", v->dir).p, &notes);
	remove_older(a, &left, left_before);
	remove_older(a, &notes, noted_before);
	arena_free(a);
}

/* --- leases --- */

void inventory_lease(const char *dir) {
	struct arena *a = arena_new();
	const char *file = os_beside(a, arena_printf(a, "%s/leases/bake", dir).p, "of");
	int made = os_mkparents(file), gate = store_gate(dir, false);
	/* The descriptor is left to the process: its end, however it comes, gives the lease back. */
	if (made < 0 || os_lock(file, false) < 0)
		debug("%s: %s", file, strerror(errno));
	if (gate >= 0)
		close(gate);
	arena_free(a);
}

static bool is_held(const char *file) {
	int fd = os_lock(file, false);
	if (fd < 0)
		return errno == EWOULDBLOCK;
	unlink(file);            /* of a build that has ended */
	close(fd);
	return false;
}

int64_t inventory_oldest_lease(struct arena *a, const char *dir) {
	int64_t oldest = INT64_MAX;
	struct slices files = { 0 };
	struct stat st;
	os_glob(a, arena_printf(a, "%s/leases/*", dir).p, &files);
	for (size_t i = 0; i < files.n; i++) {
		const char *file = arena_str(a, files.v[i]);
		if (stat(file, &st) == 0 && is_held(file) && st.st_mtime < oldest)
			oldest = st.st_mtime;
	}
	return oldest;
}
