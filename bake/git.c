/* git: the git program, told what to do one command at a time.
 *
 * Invariants: a commit the mirror is said to hold has a ref of its own (refs/bake/COMMIT), so
 * that it is complete and git never prunes it; what is checked out does not depend on the user's
 * settings. */
#include "git.h"
#include "net.h"
#include "os.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern char **environ;

enum { WORDS_MOST = 24 };

struct command {
	struct arena *arena;
	const struct git_source *g;
	bool own_settings;       /* leave the user's and the system's configuration out */
	const char *index;       /* file for the index; NULL: git's own */
};

/* --- running git --- */

/* Ours without what would lead git elsewhere; it must not ask on the terminal either. */
static const char *const *environment(const struct command *c) {
	size_t n = 0, kept = 0;
	while (environ[n])
		n++;
	const char **env = ARENA_ARRAY(c->arena, const char *, n + 6);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "GIT_", 4) != 0 || strncmp(environ[i], "GIT_SSL", 7) == 0 ||
				strncmp(environ[i], "GIT_SSH", 7) == 0 ||
				strncmp(environ[i], "GIT_CONFIG_GLOBAL", 17) == 0)
			env[kept++] = environ[i];
	env[kept++] = "GIT_TERMINAL_PROMPT=0";
	env[kept++] = "GIT_ASKPASS=/bin/true";
	if (c->own_settings) {
		env[kept++] = "GIT_CONFIG_GLOBAL=/dev/null";
		env[kept++] = "GIT_CONFIG_NOSYSTEM=1";
	}
	if (c->index)
		env[kept++] = arena_printf(c->arena, "GIT_INDEX_FILE=%s", c->index).p;
	return env;
}

static const char *program(const struct command *c) {
	const char *file = c->g->path ? proc_find(c->arena, "git", c->g->path) : NULL;
	return file ? file : proc_find(c->arena, "git", "/usr/local/bin:/usr/bin:/bin");
}

/* The lines in which git says what went wrong, as one. */
static struct slice reason_in(struct arena *a, struct slice output) {
	struct buf b = { .arena = a };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		line = slice_trim(line);
		if (slice_starts(line, "fatal: ") || slice_starts(line, "error: "))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_sub(line, 7, line.n)));
	}
	return b.n ? net_mask(a, buf_slice(&b)) : SLICE("git failed without a word");
}

/* git --git-dir=MIRROR WORDS… ended by NULL. Its output (of both kinds) in *out. */
static int git(const struct command *c, const char *const *words, struct slice *out) {
	const char *argv[WORDS_MOST] = { program(c) };
	size_t n = 1;
	if (!argv[0]) {
		*out = SLICE("fatal: git is not installed");
		return -1;
	}
	argv[n++] = arena_printf(c->arena, "--git-dir=%s", c->g->mirror).p;
	for (; *words; words++)
		argv[n++] = *words;
	struct proc_command run = { .argv = argv, .env = environment(c), .errors = true };
	int status;
	if (proc_capture(c->arena, &run, out, &status)) {
		*out = arena_printf(c->arena, "fatal: %s", strerror(errno));
		return -1;
	}
	return status ? -1 : 0;
}

/* --- the mirror --- */

static const char *ref_of(const struct command *c) {
	return arena_printf(c->arena, "refs/bake/" SFMT, SARG(c->g->commit)).p;
}

static bool holds(const struct command *c) {
	struct slice out;
	const char *what = arena_printf(c->arena, "%s^{commit}", ref_of(c)).p;
	return git(c, (const char *const[]){ "cat-file", "-e", what, NULL }, &out) == 0;
}

static int init(const struct command *c, struct slice *why) {
	struct slice out;
	if (os_exists(arena_printf(c->arena, "%s/HEAD", c->g->mirror).p))
		return 0;
	if (os_mkparents(c->g->mirror)) {
		*why = arena_printf(c->arena, "%s: %s", c->g->mirror, strerror(errno));
		return -1;
	}
	if (git(c, (const char *const[]){ "init", "-q", "--bare", NULL }, &out)) {
		*why = reason_in(c->arena, out);
		return -1;
	}
	return 0;
}

/* Just the commit: servers may refuse to give one that no branch ends in. */
static int fetch_commit(const struct command *c, struct slice *why) {
	struct slice out;
	const char *spec = arena_printf(c->arena, "+" SFMT ":%s", SARG(c->g->commit), ref_of(c)).p;
	const char *const words[] = { "fetch", "-q", "--no-tags", "--depth=1", c->g->url, spec,
		NULL };
	int rc = git(c, words, &out);
	if (rc)
		*why = reason_in(c->arena, out);
	return rc;
}

/* The branch (or all of them) with its history, which the commit should be part of. */
static int fetch_history(const struct command *c, struct slice *why) {
	struct slice out, branch = c->g->branch.n ? c->g->branch : SLICE("*");
	const char *spec = arena_printf(c->arena, "+refs/heads/" SFMT ":refs/heads/" SFMT,
		SARG(branch), SARG(branch)).p;
	bool shallow = os_exists(arena_printf(c->arena, "%s/shallow", c->g->mirror).p);
	const char *const words[] = { "fetch", "-q", c->g->branch.n ? "--no-tags" : "--tags",
		shallow ? "--unshallow" : "--no-auto-gc", c->g->url, spec, NULL };
	if (git(c, words, &out)) {
		*why = reason_in(c->arena, out);
		return -1;
	}
	const char *commit = arena_printf(c->arena, SFMT "^{commit}", SARG(c->g->commit)).p;
	const char *const keep[] = { "update-ref", ref_of(c), commit, NULL };
	if (git(c, keep, &out) == 0)
		return 0;
	*why = arena_printf(c->arena, "no commit " SFMT " in %s" SFMT, SARG(c->g->commit),
		c->g->branch.n ? "branch " : "it", SARG(c->g->branch));
	return -1;
}

int git_fetch(struct arena *a, const struct git_source *g, struct slice *why) {
	struct command c = { .arena = a, .g = g };
	struct slice first;
	if (init(&c, why))
		return -1;
	if (holds(&c))
		return 0;
	if (g->offline) {
		*why = arena_printf(a, "the commit is not in %s", g->mirror);
		return -1;
	}
	return fetch_commit(&c, &first) ? fetch_history(&c, why) : 0;
}

/* --- the files --- */

static int64_t commit_date(const struct command *c) {
	struct slice out;
	const char *const words[] = { "show", "-s", "--format=%ct", ref_of(c), NULL };
	return git(c, words, &out) ? 0 : strtoll(out.p, NULL, 10);
}

/* Files get the date of the commit, not of the day they were fetched. */
static int date(struct arena *a, const char *dir, int64_t seconds) {
	struct os_entry *e;
	size_t n;
	if (os_walk(a, dir, &e, &n))
		return -1;
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	for (size_t i = n; i-- > 0;)
		if (utimensat(AT_FDCWD, arena_printf(a, "%s/%s", dir, e[i].path).p, times,
				AT_SYMLINK_NOFOLLOW))
			return -1;
	return 0;
}

static int check_out(const struct command *c, const char *dir, const char *subpath,
		struct slice *out) {
	const char *tree = ref_of(c);
	if (subpath)
		tree = arena_printf(c->arena, "%s:%s", tree, subpath).p;
	const char *work = arena_printf(c->arena, "--work-tree=%s", dir).p;
	const char *const read[] = { work, "read-tree", tree, NULL };
	const char *const write[] = { work, "checkout-index", "-q", "-a", "-f", NULL };
	return git(c, read, out) || git(c, write, out) ? -1 : 0;
}

int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why) {
	struct command c = { .arena = a, .g = g, .own_settings = true };
	struct slice out;
	c.index = arena_printf(a, "%s/.git-index", dir).p;
	if (os_mkdirs(dir)) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		return -1;
	}
	int rc = check_out(&c, dir, subpath, &out);
	if (rc)
		*why = reason_in(a, out);
	os_remove(c.index);
	if (!rc && date(a, dir, commit_date(&c))) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		rc = -1;
	}
	return rc;
}
