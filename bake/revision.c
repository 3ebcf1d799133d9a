/* revision: a layer that is a part of a repository is dirty when that part is. What the caller's environment
 * says of some other repository (git's hooks set GIT_DIR) does not count, nor who owns the layer: its code runs
 * anyway. Nothing is written there. */
#include "revision.h"

#include <stdlib.h>

#include "hash.h"
#include "proc.h"

static struct slice git(struct arena *a, const char *dir, const char *const *words) {
	const char *argv[10] = { "git", "-c", "safe.directory=*", "-C", dir }, *home = getenv("HOME");
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0",
		home ? arena_printf(a, "HOME=%s", home).p : NULL, NULL };
	struct slice out = SLICE("");
	int status = 1;
	for (size_t i = 0; words[i] && i < 4; i++)
		argv[5 + i] = words[i];
	struct proc_command c = { .argv = argv, .env = env, .errors = true };
	if (proc_capture(a, &c, &out, &status) || status)
		return SLICE_NONE;
	return slice_trim(out);
}

struct revision revision_of(struct arena *a, const char *dir) {
	const char *const head[] = { "rev-parse", "HEAD", NULL };
	const char *const state[] = { "status", "--porcelain", ".", NULL };
	struct slice commit = git(a, dir, head);
	bool known = hash_is_hex(HASH_SHA1, commit) || hash_is_hex(HASH_SHA256, commit);
	return (struct revision){ known ? commit : SLICE_NONE, git(a, dir, state).n > 0 };
}
