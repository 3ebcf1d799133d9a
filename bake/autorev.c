/* autorev: asked once, then a pin like any other until its line is deleted. The file is only added
 * to, under a lock. */
#include "autorev.h"
#include "os.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct slice find(struct slice text, struct slice key) {
	for (struct slice line; text.n && slice_field(&text, '\n', &line);)
		if (line.n > key.n && slice_eq(slice_sub(line, 0, key.n), key) && line.p[key.n] == ' ')
			return slice_sub(line, key.n + 1, line.n);
	return SLICE_NONE;
}

/* Under the lock, another process may have been quicker. */
static struct slice ask(struct arena *a, const struct autorev *r, struct slice *why) {
	struct slice text = SLICE("");
	if (os_read(a, r->file, &text) && errno != ENOENT) {
		*why = arena_printf(a, "%s: %s", r->file, strerror(errno));
		return SLICE_NONE;
	}
	struct slice commit = find(text, r->key);
	if (commit.p || !(commit = r->ask(r->ctx, why)).p)
		return commit;
	struct slice more = arena_printf(a, SFMT SFMT " " SFMT "\n", SARG(text), SARG(r->key),
		SARG(commit));
	if (os_write(r->file, more, 0644, true) == 0)
		return commit;
	*why = arena_printf(a, "%s: %s", r->file, strerror(errno));
	return SLICE_NONE;
}

struct slice autorev_commit(struct arena *a, const struct autorev *r, struct slice *why) {
	struct slice text, commit = SLICE_NONE;
	if (os_read(a, r->file, &text) == 0 && (commit = find(text, r->key)).p)
		return commit;
	int lock = os_lock(arena_printf(a, "%s.lock", r->file).p, true);
	if (lock < 0) {                  /* a task must not write there */
		*why = SLICE("it was not when the recipe was read");
		return SLICE_NONE;
	}
	commit = ask(a, r, why);
	close(lock);
	return commit;
}
