/* outage: TMPDIR/unsynced holds the kernel's boot id while there may be stamps on the disk whose
 * outputs are only in memory, or programs copied for sandboxes. Syncing every file a task writes would
 * cost more than it saves; the mark is synced once, before the first of them, and taken away when
 * everything is on the disk.
 * Invariant: a stamp made under another boot than the mark's is not believed. kill -9 of the engine
 * needs nothing: what was written is in the kernel's memory and will reach the disk. */
#include "outage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os.h"
#include "util.h"

static const char *mark(struct arena *a, const char *tmpdir) {
	return arena_printf(a, "%s/unsynced", tmpdir).p;
}

/* Of the running kernel; "unknown" is never another one. */
static struct slice boot_id(struct arena *a) {
	struct slice id;
	return os_read(a, "/proc/sys/kernel/random/boot_id", &id) == 0 ? slice_trim(id)
		: SLICE("unknown");
}

/* A mark that is itself cut short was on its way to the disk when the machine went down. */
static bool went_down(struct arena *a, const char *tmpdir) {
	struct slice at;
	return os_read(a, mark(a, tmpdir), &at) == 0 && !slice_eq(slice_trim(at), boot_id(a));
}

static bool is_stamp(const struct os_entry *e) {
	struct slice name = os_basename(slice_of(e->path));
	return e->type == 'f' && slice_find(name, ".do_", NULL) && !slice_starts(name, "manifest.");
}

/* Manifests stay: what they list is taken away when the task publishes again. */
static int forget_stamps(struct arena *a, const char *tmpdir) {
	const char *dir = arena_printf(a, "%s/stamps", tmpdir).p;
	struct os_entry *e;
	size_t count;
	if (!os_is_dir(dir))
		return 0;
	if (os_walk(a, dir, &e, &count) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (is_stamp(&e[i])
				&& os_remove(arena_printf(a, "%s/%s", dir, e[i].path).p) < 0)
			return -1;
	return 0;
}

int outage_recover(const char *tmpdir) {
	struct arena *a = arena_new();
	int result = 0;
	if (went_down(a, tmpdir)) {
		note("the machine went down in the last build: what it left in %s is not trusted and "
		     "restored or made again", tmpdir);
		result = forget_stamps(a, tmpdir);
		/* The copies of programs that sandboxes show: made again. */
		if (result < 0 || os_remove(arena_printf(a, "%s/sandbox", tmpdir).p) < 0) {
			error("%s: %s", tmpdir, strerror(errno));
			result = -1;
		} else {
			unlink(mark(a, tmpdir));
		}
	}
	arena_free(a);
	return result;
}

int outage_begin(const char *tmpdir) {
	struct arena *a = arena_new();
	int result = 0;
	if (!os_exists(mark(a, tmpdir)) && os_write(mark(a, tmpdir), boot_id(a), 0644, true) < 0) {
		error("%s: %s", mark(a, tmpdir), strerror(errno));
		result = -1;
	}
	arena_free(a);
	return result;
}

void outage_end(const char *tmpdir) {
	struct arena *a = arena_new();
	int fd = open(tmpdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && syncfs(fd) == 0)
		unlink(mark(a, tmpdir));
	if (fd >= 0)
		close(fd);
	arena_free(a);
}
