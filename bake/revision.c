/* revision: a layer that is a part of a repository is dirty when that part is. */
#include "revision.h"

#include "proc.h"

static struct slice git(struct arena *a, const char *dir, const char *const *words) {
	const char *argv[8] = { "git", "-C", dir };
	struct slice out = SLICE("");
	int status = 1;
	for (size_t i = 0; words[i] && i < 4; i++)
		argv[3 + i] = words[i];
	struct proc_command c = { .argv = argv, .errors = true };
	if (proc_capture(a, &c, &out, &status) || status)
		return SLICE_NONE;
	return slice_trim(out);
}

struct revision revision_of(struct arena *a, const char *dir) {
	const char *const head[] = { "rev-parse", "HEAD", NULL };
	const char *const state[] = { "status", "--porcelain", ".", NULL };
	struct slice commit = git(a, dir, head);
	return (struct revision){ commit.n ? commit : SLICE_NONE, git(a, dir, state).n > 0 };
}
