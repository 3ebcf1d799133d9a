/* git: a bare repository in DL_DIR and what comes out of it.
 *
 * Invariants: a commit the mirror is said to hold has a ref of its own (refs/bake/COMMIT), so that it
 * is complete and git never prunes it; what is checked out does not depend on the user's
 * settings. */
#include "git.h"
#include "hash.h"
#include "lfs.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- the mirror --- */

static bool holds(const struct gitrun *c) {
	struct slice out;
	const char *what = arena_printf(c->arena, "%s^{commit}", gitrun_ref(c)).p;
	return gitrun(c, (const char *const[]){ "cat-file", "-e", what, NULL }, &out) == 0;
}

/* Whoever works on a mirror has it for itself (hunt_lock): locks of git's and halves of packs are of
 * one that was killed. */
static void clear_away(const struct gitrun *c) {
	static const char *const left[] = { "*.lock", "refs/*/*.lock", "objects/tmp_*", "objects/*/tmp_*",
		"objects/pack/.tmp-*" };
	struct slices files = { 0 };
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		os_glob(c->arena, arena_printf(c->arena, "%s/%s", c->g->mirror, left[i]).p, &files);
	for (size_t i = 0; i < files.n; i++)
		os_remove(files.v[i].p);
}

static int init(const struct gitrun *c, struct slice *why) {
	struct slice out;
	if (!c->g->offline)
		clear_away(c);
	if (os_exists(arena_printf(c->arena, "%s/HEAD", c->g->mirror).p))
		return 0;
	if (os_mkparents(c->g->mirror)) {
		*why = arena_printf(c->arena, "%s: %s", c->g->mirror, strerror(errno));
		return -1;
	}
	if (gitrun(c, (const char *const[]){ "init", "-q", "--bare", NULL }, &out)) {
		*why = gitrun_reason(c->arena, out);
		return -1;
	}
	return 0;
}

/* Just the commit: servers may refuse to give one that no branch ends in. */
static int fetch_commit(const struct gitrun *c, struct slice *why) {
	struct slice out;
	const char *spec = arena_printf(c->arena, "+" SFMT ":%s", SARG(c->g->commit), gitrun_ref(c)).p;
	const char *const words[] = { "fetch", "--progress", "--no-tags", "--depth=1", c->url, spec, NULL };
	int rc = gitrun_transfer(c, words, &out);
	if (rc)
		*why = gitrun_reason(c->arena, out);
	return rc;
}

/* The branch (or all of them) with its history, which the commit should be part of. */
static int fetch_branch(const struct gitrun *c, struct slice *why) {
	struct slice out, branch = c->g->branch.n ? c->g->branch : SLICE("*");
	const char *spec = arena_printf(c->arena, "+refs/heads/" SFMT ":refs/heads/" SFMT,
		SARG(branch), SARG(branch)).p;
	bool shallow = os_exists(arena_printf(c->arena, "%s/shallow", c->g->mirror).p);
	const char *const words[] = { "fetch", "--progress", c->g->branch.n ? "--no-tags" : "--tags",
		shallow ? "--unshallow" : "--no-auto-gc", c->url, spec, NULL };
	int rc = gitrun_transfer(c, words, &out);
	if (rc)
		*why = gitrun_reason(c->arena, out);
	return rc;
}

static int fetch_history(const struct gitrun *c, struct slice *why) {
	struct slice out;
	if (fetch_branch(c, why))
		return -1;
	const char *commit = arena_printf(c->arena, SFMT "^{commit}", SARG(c->g->commit)).p;
	const char *const keep[] = { "update-ref", gitrun_ref(c), commit, NULL };
	if (gitrun(c, keep, &out) == 0)
		return 0;
	*why = arena_printf(c->arena, "no commit " SFMT " in %s" SFMT " (was its history "
		"rewritten?)", SARG(c->g->commit), c->g->branch.n ? "branch " : "it",
		SARG(c->g->branch));
	return -1;
}

/* A server that cannot be reached, or trusted, is not asked again in another way. */
static bool out_of_reach(struct slice why) {
	static const char *const signs[] = { "Could not resolve", "ailed to connect",
		"Connection refused", "unable to connect", "timed out", "certificate", "SSL",
		"given up", "not allowed", "not installed" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_find(why, signs[i], NULL))
			return true;
	return false;
}

static int have_commit(const struct gitrun *c, struct slice *why) {
	if (holds(c))
		return 0;
	if (c->g->offline) {
		*why = arena_printf(c->arena, "the commit is not in %s", c->g->mirror);
		return -1;
	}
	if (!c->g->history && fetch_commit(c, why) == 0)
		return 0;
	if (!c->g->history && out_of_reach(*why))
		return -1;
	return fetch_history(c, why);
}

/* --- names of commits --- */

/* The hash in the last line of ls-remote: of an annotated tag, "NAME^{}" follows NAME. */
static int ask(const struct gitrun *c, const char *name, struct slice *commit, struct slice *why) {
	struct slice out, last = SLICE("");
	const char *peeled = arena_printf(c->arena, "%s^{}", name).p;
	const char *const words[] = { "ls-remote", "-q", c->url, name, peeled, NULL };
	if (gitrun_transfer(c, words, &out)) {
		*why = gitrun_reason(c->arena, out);
		return -1;
	}
	for (struct slice line, word; slice_field(&out, '\n', &line);)
		if (slice_word(&line, &word) && (hash_is_hex(HASH_SHA1, word) ||
				hash_is_hex(HASH_SHA256, word)))
			last = word;
	*commit = last;
	*why = arena_printf(c->arena, "it has no %s", name);
	return last.n ? 0 : -1;
}

int git_resolve(struct arena *a, const struct git_source *g, struct slice *commit,
		struct slice *why) {
	struct gitrun c = gitrun_new(a, g);
	const char *name = "HEAD";
	if (g->tag.n)
		name = arena_printf(a, "refs/tags/" SFMT, SARG(g->tag)).p;
	else if (g->branch.n)
		name = arena_printf(a, "refs/heads/" SFMT, SARG(g->branch)).p;
	return ask(&c, name, commit, why);
}

static const char *tag_ref(const struct gitrun *c) {
	return arena_printf(c->arena, "refs/bake-tag/" SFMT, SARG(c->g->tag)).p;
}

bool git_tag_checked(struct arena *a, const struct git_source *g) {
	struct gitrun c = gitrun_new(a, g);
	struct slice out;
	const char *const known[] = { "rev-parse", "-q", "--verify", tag_ref(&c), NULL };
	return !g->tag.n || (gitrun(&c, known, &out) == 0 && slice_eq(slice_trim(out), g->commit));
}

/* Does the tag lead to the commit? What was found once is kept as a ref, for when there is no
 * network. */
static int check_tag(const struct gitrun *c, struct slice *why) {
	struct slice out, commit;
	if (git_tag_checked(c->arena, c->g))
		return 0;
	if (c->g->offline) {
		note("tag " SFMT ": taken for commit " SFMT " as SRCREV says: no server was asked",
			SARG(c->g->tag), SARG(c->g->commit));
		return 0;
	}
	if (git_resolve(c->arena, c->g, &commit, why))
		return -1;
	if (slice_eq(commit, c->g->commit)) {
		const char *const keep[] = { "update-ref", tag_ref(c),
			arena_str(c->arena, commit), NULL };
		return gitrun(c, keep, &out) ? -1 : 0;
	}
	*why = arena_printf(c->arena, "tag " SFMT " is commit " SFMT ", not " SFMT ": it was moved, "
		"or SRCREV is wrong", SARG(c->g->tag), SARG(commit), SARG(c->g->commit));
	return -1;
}

int git_fetch(struct arena *a, const struct git_source *g, struct slice *why) {
	struct gitrun c = gitrun_new(a, g);
	if (init(&c, why) || have_commit(&c, why) || check_tag(&c, why))
		return -1;
	return g->lfs ? lfs_fetch(&c, why) : 0;
}

/* --- submodules --- */

/* "submodule.NAME.KEY\nVALUE" of all in .gitmodules, each ended by NUL. */
static struct slice modules_text(const struct gitrun *c) {
	struct slice out;
	const char *blob = arena_printf(c->arena, "--blob=" SFMT ":.gitmodules",
		SARG(c->g->commit)).p;
	const char *const words[] = { "config", "-z", blob, "--get-regexp",
		"^submodule\\..*\\.(path|url)$", NULL };
	return gitrun(c, words, &out) == 0 ? out : SLICE("");
}

/* Which commit stands at path; unset when none does. */
static struct slice module_commit(const struct gitrun *c, struct slice path) {
	struct slice out, word;
	const char *const words[] = { "ls-tree", arena_str(c->arena, c->g->commit), "--",
		arena_str(c->arena, path), NULL };
	if (gitrun(c, words, &out) || !slice_word(&out, &word) || !slice_is(word, "160000"))
		return SLICE_NONE;
	slice_word(&out, &word);
	return slice_word(&out, &word) ? word : SLICE_NONE;
}

static bool leaves(struct slice path) {
	if (!path.n || path.p[0] == '/')
		return true;
	for (struct slice part; slice_field(&path, '/', &part);)
		if (slice_is(part, "..") || slice_is(part, ".git"))
			return true;
	return false;
}

/* The value of submodule.NAME.KEY. */
static struct slice module_value(struct slice text, struct slice name, const char *key) {
	for (struct slice item; text.n && slice_field(&text, '\0', &item);) {
		struct slice where;
		slice_field(&item, '\n', &where);
		if (slice_starts(where, "submodule.") && slice_ends(where, key) &&
				slice_eq(slice_sub(where, 10, where.n - strlen(key)), name))
			return item;
	}
	return SLICE_NONE;
}

int git_modules(struct arena *a, const struct git_source *g, struct git_module **list,
		size_t *count, struct slice *why) {
	struct gitrun c = gitrun_new(a, g);
	struct slice text = modules_text(&c), rest = text, item, name;
	*count = 0;
	*list = ARENA_ARRAY(a, struct git_module, text.n / 8 + 1);
	while (rest.n && slice_field(&rest, '\0', &item)) {
		struct git_module m;
		slice_field(&item, '\n', &name);
		if (!slice_ends(name, ".path"))
			continue;
		m.path = item;
		m.url = module_value(text, slice_sub(name, 10, name.n - 5), ".url");
		m.commit = module_commit(&c, m.path);
		if (!m.commit.p)         /* listed, but not part of this commit */
			continue;
		if (!m.url.n || leaves(m.path)) {
			*why = arena_printf(a, "submodule \"" SFMT "\": %s", SARG(m.path),
				m.url.n ? "its path is outside" : "it has no URL");
			return -1;
		}
		(*list)[(*count)++] = m;
	}
	return 0;
}

/* --- the files --- */

static int64_t commit_date(const struct gitrun *c) {
	struct slice out;
	const char *const words[] = { "show", "-s", "--format=%ct", gitrun_ref(c), NULL };
	return gitrun(c, words, &out) ? 0 : strtoll(out.p, NULL, 10);
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

static int check_out(const struct gitrun *c, const char *dir, const char *subpath,
		struct slice *out) {
	const char *tree = gitrun_ref(c);
	if (subpath)
		tree = arena_printf(c->arena, "%s:%s", tree, subpath).p;
	const char *const type[] = { "cat-file", "-t", tree, NULL };
	if (subpath && (gitrun(c, type, out) || !slice_is(slice_trim(*out), "tree"))) {
		*out = arena_printf(c->arena, "fatal: subpath=%s is no directory of commit " SFMT, subpath,
			SARG(c->g->commit));
		return -1;
	}
	const char *work = arena_printf(c->arena, "--work-tree=%s", dir).p;
	const char *const read[] = { work, "read-tree", tree, NULL };
	const char *const write[] = { work, "checkout-index", "-q", "-a", "-f", NULL };
	return gitrun(c, read, out) || gitrun(c, write, out) ? -1 : 0;
}

int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why) {
	struct gitrun c = gitrun_new(a, g);
	struct slice out;
	c.own_settings = true;
	c.index = arena_printf(a, "%s/.git-index", dir).p;
	if (os_mkdirs(dir)) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		return -1;
	}
	int rc = check_out(&c, dir, subpath, &out);
	if (rc)
		*why = gitrun_reason(a, out);
	os_remove(c.index);
	c.index = NULL;
	if (!rc && g->lfs)
		rc = lfs_place(&c, dir, why);
	if (!rc && date(a, dir, commit_date(&c))) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		rc = -1;
	}
	return rc;
}

int git_show(struct arena *a, const struct git_source *g, const char *path, struct slice *text,
		struct slice *why) {
	struct gitrun c = { .arena = a, .g = g, .own_settings = true };
	const char *what = arena_printf(a, "%s:%s", gitrun_ref(&c), path).p;
	if (gitrun(&c, (const char *const[]){ "show", what, NULL }, text) == 0)
		return 0;
	*why = gitrun_reason(a, *text);
	return -1;
}
