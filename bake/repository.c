/* repository: what git does for SRC_URI.
 *
 * Invariant: what a stranger packed (a tarball of a repository) is never used as it is: its
 * settings and hooks are dropped, and the commit is fetched out of it into a repository of ours,
 * whereby git computes every hash again. */
#include "repository.h"
#include "archive.h"
#include "autorev.h"
#include "data.h"
#include "git.h"
#include "hunt.h"
#include "os.h"
#include "proc.h"
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NESTED_MOST = 16 };

/* --- what git is asked for --- */

/* git://host/path;protocol=https: the protocol is what the network sees. */
static const char *git_url(struct arena *a, const struct uri *u) {
	struct uri v = *u;
	struct slice protocol = uri_param(u, "protocol");
	v.scheme = protocol.p ? protocol : u->host.n ? SLICE("git") : SLICE("file");
	return uri_remote(a, &v).p;
}

/* url NULL: nothing but what the mirror holds. Without PATH, which may lead to PV, which may be about
 * to be made of the commit. */
static struct git_source early_source(struct data *d, const struct source *s, const char *url) {
	struct git_source g = { .url = url, .mirror = s->path, .commit = s->commit };
	bool near = url && strncmp(url, "file:", 5) == 0;
	if (!uri_flag(&s->uri, "nobranch", false))
		g.branch = uri_param(&s->uri, "branch");
	g.tag = uri_param(&s->uri, "tag");
	g.ca_bundle = hunt_text(d, "BB_CA_BUNDLE");
	g.hosts = slice_trim(data_text(d, "BB_ALLOWED_NETWORKS"));
	g.stall_s = data_number(d, "BB_FETCH_STALL_TIMEOUT", 0);
	g.attempts = data_number(d, "BB_FETCH_ATTEMPTS", 0);
	g.pause_ms = data_number(d, "BB_FETCH_PAUSE_MS", 0);
	g.most_s = data_number(d, "BB_GIT_TIMEOUT", 0);
	g.offline = !url || (!near && (data_true(d, "BB_NO_NETWORK") ||
		!uri_host_allowed(data_arena(d), slice_of(url), data_text(d, "BB_ALLOWED_NETWORKS"))));
	g.history = data_is(d, "BB_GIT_SHALLOW", "0");
	g.lfs = uri_flag(&s->uri, "lfs", true);
	return g;
}

static struct git_source git_source(struct data *d, const struct source *s, const char *url) {
	struct git_source g = early_source(d, s, url);
	g.path = hunt_text(d, "PATH");
	return g;
}

/* --- from a tarball of a repository --- */

/* git makes no links in a repository; a stranger may, and what is removed or read below one is elsewhere. */
static int refuse_links(struct arena *a, const char *dir) {
	struct os_entry *e;
	size_t n;
	if (os_walk(a, dir, &e, &n))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (e[i].type == 'l')
			return -1;
	return 0;
}

/* Leaves of a stranger's repository what cannot run or lead anywhere. */
static int tame(struct arena *a, const char *dir) {
	static const char *const unwanted[] = { "hooks", "config", "config.worktree", "commondir",
		"objects/info/alternates", "objects/info/http-alternates" };
	static const char settings[] = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
		"[uploadpack]\n\tallowAnySHA1InWant = true\n";
	if (refuse_links(a, dir))
		return -1;
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		if (os_remove(arena_printf(a, "%s/%s", dir, unwanted[i]).p))
			return -1;
	return os_write(arena_printf(a, "%s/config", dir).p, slice_of(settings), 0644, false);
}

/* Large files are named after their content, which is verified where it is used. */
static int take_large(struct arena *a, const char *dir, const char *mirror) {
	const char *from = arena_printf(a, "%s/lfs", dir).p;
	const char *to = arena_printf(a, "%s/lfs", mirror).p;
	return os_is_dir(from) ? os_copy_tree(from, to, true) : 0;
}

static int fetch_from(struct hunt *h, const char *tarball, const char *dir, struct slice *why) {
	struct archive_unpack u = { .file = tarball, .dir = dir };
	struct git_source g = git_source(h->d, h->s, arena_printf(h->arena, "file://%s", dir).p);
	bool lfs = g.lfs;
	*why = SLICE("it is no tarball of a repository");
	if (os_mkdirs(dir) || archive_unpack(&u) || tame(h->arena, dir))
		return -1;
	g.tag = SLICE_NONE;
	g.lfs = g.history = false;
	if (git_fetch(h->arena, &g, why) || take_large(h->arena, dir, h->s->path))
		return -1;
	g = git_source(h->d, h->s, NULL);
	g.lfs = lfs;
	return git_fetch(h->arena, &g, why);
}

static int unpack_tarball(struct hunt *h, const char *tarball, struct slice *why) {
	const char *dir = arena_printf(h->arena, "%s.tarball-%d", h->s->path, (int)getpid()).p;
	int rc = fetch_from(h, tarball, dir, why);
	os_remove(dir);
	return rc;
}

static int try_tarball(struct hunt *h, struct slice url, struct slice *why) {
	struct slice dl = data_text(h->d, "DL_DIR"), name = source_tarball(h->arena, h->s);
	struct hunt_file file = { .anew = true };
	file.path = arena_printf(h->arena, SFMT "/" SFMT ".incoming", SARG(dl), SARG(name)).p;
	int rc = hunt_get(h, url, &file, why);
	if (!rc)
		rc = unpack_tarball(h, file.path, why);
	os_remove(file.path);
	return rc;
}

/* --- from somewhere --- */

static int try_place(struct hunt *h, struct slice url) {
	struct slice why = SLICE("");
	struct uri u;
	const char *no;
	int rc = -1;
	if (!uri_parse(h->arena, url, &u, &no)) {
		why = slice_of(no);
	} else if (!slice_is(u.scheme, "git") && !slice_is(u.scheme, "gitsm")) {
		rc = try_tarball(h, url, &why);
	} else if (!hunt_allowed(h, url)) {
		why = SLICE("BB_ALLOWED_NETWORKS does not name it");
	} else {
		struct git_source g = git_source(h->d, h->s, git_url(h->arena, &u));
		rc = git_fetch(h->arena, &g, &why);
	}
	if (rc)
		hunt_tried(h, url, why);
	else
		hunt_found(h, url);
	return rc;
}

/* What is here already: the mirror, or a tarball that somebody put into DL_DIR. */
static int try_here(struct hunt *h) {
	struct slice why, dl = data_text(h->d, "DL_DIR");
	struct git_source g = git_source(h->d, h->s, NULL);
	struct slice tarball = os_path(h->arena, dl, source_tarball(h->arena, h->s));
	bool ask = !data_true(h->d, "BB_NO_NETWORK");
	if (os_is_dir(h->s->path) && (!ask || git_tag_checked(h->arena, &g)) &&
			git_fetch(h->arena, &g, &why) == 0)
		return 0;
	if (!os_is_file(tarball.p) || unpack_tarball(h, tarball.p, &why))
		return -1;
	return !ask || git_tag_checked(h->arena, &g) ? 0 : -1;
}

/* --- submodules --- */

static struct git_module *modules(struct data *d, const struct source *s, size_t *count) {
	struct git_source g = git_source(d, s, NULL);
	struct git_module *list;
	struct slice why;
	*count = 0;
	if (!source_has_modules(s))
		return NULL;
	if (git_modules(data_arena(d), &g, &list, count, &why))
		raise_error("SRC_URI: " SFMT ": " SFMT, SARG(s->uri.text), SARG(why));
	return list;
}

static int get_at(struct hunt *h, unsigned depth);

static int get_modules(struct hunt *h, unsigned depth) {
	size_t count;
	struct git_module *m = modules(h->d, h->s, &count);
	if (count && depth == NESTED_MOST)
		raise_error("SRC_URI: " SFMT ": submodules are nested more than %d deep",
			SARG(h->s->uri.text), NESTED_MOST);
	for (size_t i = 0; i < count; i++) {
		struct source s = source_module(h->d, h->s, m[i].url, m[i].commit);
		struct hunt sub = hunt_new(h->d, &s);
		int lock = hunt_lock(&sub), rc = get_at(&sub, depth + 1);
		if (lock >= 0)
			close(lock);
		if (rc == 0)
			continue;
		buf_addf(&h->tried, "  submodule " SFMT " (" SFMT "):\n", SARG(m[i].path),
			SARG(text_mask(h->arena, m[i].url)));
		buf_add(&h->tried, buf_slice(&sub.tried));
		return -1;
	}
	return 0;
}

static int get_at(struct hunt *h, unsigned depth) {
	if (try_here(h) && hunt_addresses(h, try_place))
		return -1;
	if (get_modules(h, depth))
		return -1;
	if (depth == 0 && data_true(h->d, "BB_GENERATE_MIRROR_TARBALLS"))
		repository_pack(h->d, h->s, hunt_text(h->d, "DL_DIR"));
	return 0;
}

int repository_get(struct hunt *h) {
	return get_at(h, 0);
}

/* --- AUTOREV --- */

struct question {
	struct data *d;
	const struct source *s;
};

static struct slice ask_server(void *ctx, struct slice *why) {
	const struct question *q = ctx;
	struct arena *a = data_arena(q->d);
	struct git_source g = early_source(q->d, q->s, git_url(a, &q->s->uri));
	struct slice commit;
	if (g.offline)
		*why = SLICE("BB_NO_NETWORK or BB_ALLOWED_NETWORKS forbids it");
	if (g.offline || git_resolve(a, &g, &commit, why))
		return SLICE_NONE;
	warn("SRC_URI: " SFMT ": not pinned: AUTOREV is " SFMT, SARG(q->s->uri.text), SARG(commit));
	return commit;
}

/* What a branch is now changes from day to day, so it is asked once and written down: the build
 * directory's conf/autorev. */
static struct slice autorev(struct data *d, const struct source *s, struct slice *why) {
	struct arena *a = data_arena(d);
	struct question q = { d, s };
	struct git_source g = early_source(d, s, git_url(a, &s->uri));
	struct slice name = g.tag.n ? g.tag : g.branch.n ? g.branch : SLICE("HEAD");
	struct autorev r = { .file = arena_printf(a, "%s/conf/autorev", hunt_text(d, "TOPDIR")).p,
		.key = arena_printf(a, SFMT " " SFMT, SARG(text_mask(a, slice_of(g.url))),
			SARG(name)), .ask = ask_server, .ctx = &q };
	return autorev_commit(a, &r, why);
}

void repository_init(void) {
	source_autorev(autorev);
}

/* What the revision is on the server: a tag or a branch of that name, else what g stands for. *what: its
 * name; *said: the commit, or why nobody can tell. */
static int ask_revision(struct hunt *h, const struct git_source *g, struct slice *what, struct slice *said) {
	struct slice rev = h->s->commit, why = SLICE("it has no ");
	struct git_source as_tag = *g, as_branch = *g;
	as_tag.tag = as_branch.branch = *what = rev;
	as_branch.tag = SLICE_NONE;
	if (rev.n && !slice_is(rev, "AUTOINC") && !slice_is(rev, "INVALID")) {
		if (git_resolve(h->arena, &as_tag, said, &why) == 0)
			return 0;
		if (slice_starts(why, "it has no ") && git_resolve(h->arena, &as_branch, said, &why) == 0)
			return 0;
	}
	*what = g->tag.n ? g->tag : g->branch.n ? g->branch : SLICE("HEAD");
	if (slice_starts(why, "it has no ") && git_resolve(h->arena, g, said, &why) == 0)
		return 0;
	*said = why;
	return -1;
}

_Noreturn void repository_pin(struct hunt *h) {
	const struct source *s = h->s;
	struct git_source g = git_source(h->d, s, git_url(h->arena, &s->uri));
	struct slice said, what;
	if (g.offline)
		raise_error("SRC_URI: " SFMT ": %s", SARG(s->uri.text), s->problem);
	if (ask_revision(h, &g, &what, &said))
		raise_error("SRC_URI: " SFMT ": %s; nobody can tell what " SFMT " is there now: " SFMT,
			SARG(s->uri.text), s->problem, SARG(what), SARG(said));
	struct slice line = arena_printf(h->arena, "%s = \"" SFMT "\"", source_revision(h->arena, s), SARG(said));
	if (uri_param(&s->uri, "rev").p)
		line = arena_printf(h->arena, ";rev=" SFMT, SARG(said));
	raise_error("SRC_URI: " SFMT ": %s; " SFMT " is there now:\n  " SFMT, SARG(s->uri.text), s->problem,
		SARG(what), SARG(line));
}

/* --- the files --- */

static void check_out(struct data *d, const struct source *s, const char *dir, unsigned depth) {
	struct arena *a = data_arena(d);
	struct git_source g = git_source(d, s, NULL);
	struct slice why, subpath = uri_param(&s->uri, "subpath");
	size_t count;
	struct git_module *m = modules(d, s, &count);
	if (git_checkout(a, &g, dir, subpath.p ? arena_str(a, subpath) : NULL, &why))
		raise_error("SRC_URI: " SFMT ": " SFMT, SARG(s->uri.text), SARG(why));
	for (size_t i = 0; i < count && depth < NESTED_MOST; i++) {
		struct source module = source_module(d, s, m[i].url, m[i].commit);
		struct slice path = m[i].path;
		if (subpath.n && !slice_starts(path, arena_printf(a, SFMT "/", SARG(subpath)).p))
			continue;
		path = slice_sub(path, subpath.n ? subpath.n + 1 : 0, path.n);
		const char *to = os_path(a, slice_of(dir), path).p;
		if (!os_stays_below(a, dir, to))         /* a tree may have a link where it has a directory */
			raise_error("SRC_URI: " SFMT ": submodule \"" SFMT "\": its path is outside",
				SARG(s->uri.text), SARG(path));
		check_out(d, &module, to, depth + 1);
	}
}

void repository_unpack(struct data *d, const struct source *s, const char *dir) {
	check_out(d, s, dir, 0);
}

/* --- tarballs --- */

static void pack_one(struct data *d, const struct source *s, const char *dir) {
	struct arena *a = data_arena(d);
	struct slice out, name = source_tarball(a, s);
	const char *file = arena_printf(a, "%s/" SFMT, dir, SARG(name)).p;
	const char *part = os_beside(a, file, "tmp");
	const char *const argv[] = { "tar", "--sort=name", "--owner=0", "--group=0",
		"--numeric-owner", "--exclude=./FETCH_HEAD", "-czf", part, "-C", s->path, ".",
		NULL };
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
	struct proc_command c = { .argv = argv, .env = env, .errors = true };
	int status;
	if (proc_capture(a, &c, &out, &status))
		raise_error("%s: tar: %s", file, strerror(errno));
	if (status == 0 && rename(part, file) == 0)
		return;
	os_remove(part);
	raise_error("%s: cannot be written: " SFMT, file,
		SARG(status ? slice_trim(out) : slice_of(strerror(errno))));
}

void repository_pack(struct data *d, const struct source *s, const char *dir) {
	size_t count;
	struct git_module *m = modules(d, s, &count);
	pack_one(d, s, dir);
	for (size_t i = 0; i < count; i++) {
		struct source module = source_module(d, s, m[i].url, m[i].commit);
		repository_pack(d, &module, dir);
	}
}
