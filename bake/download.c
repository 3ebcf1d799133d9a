/* download: from a pinned source to a file in DL_DIR.
 *
 * Invariants: a file in DL_DIR under its own name has been verified (it gets the name by rename,
 * after); one bake at a time works on a name (.locks/NAME). All that could not be had is raised at
 * once. */
#include "download.h"
#include "data.h"
#include "distro.h"
#include "git.h"
#include "mirror.h"
#include "net.h"
#include "os.h"
#include "source.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One source being fetched. */
struct job {
	struct data *d;
	struct arena *arena;
	const struct source *s;
	struct buf tried;        /* "  PLACE: REASON\n" for every place */
	int64_t noted;           /* when progress was last told */
};

static bool setting(struct data *d, const char *name) {
	return data_is(d, name, "1");
}

static void say_from(struct job *j, struct slice place) {
	note(SFMT ": from " SFMT, SARG(os_basename(slice_of(j->s->path))),
		SARG(net_mask(j->arena, place)));
}

static void add_tried(struct job *j, struct slice place, struct slice why) {
	buf_addf(&j->tried, "  " SFMT ": " SFMT "\n", SARG(net_mask(j->arena, place)), SARG(why));
}

/* --- is it what was pinned? --- */

/* 1: it fits (every kind of digest that is given); 0: it does not, and *why says so; −1:
 * unreadable. */
static int verify(struct job *j, const char *file, struct slice *why) {
	char hex[HASH_HEX];
	for (int k = 0; k < SOURCE_SUMS; k++) {
		const struct slices *sums = &j->s->sums[k];
		enum hash_kind kind = (enum hash_kind)k;
		if (!sums->n)
			continue;
		if (hash_file(kind, file, hex)) {
			*why = arena_printf(j->arena, "%s: %s", file, strerror(errno));
			return -1;
		}
		if (slices_has(sums, slice_of(hex)))
			continue;
		*why = arena_printf(j->arena, "checksum mismatch: its %s is %s, not %s",
			hash_name(kind), hex, slices_join(j->arena, sums, " or ").p);
		return 0;
	}
	return 1;
}

/* Wrong content is kept for people to look at, under a name nobody takes it from. */
static struct slice set_aside(struct job *j, const char *file, struct slice why) {
	char hex[HASH_HEX];
	const char *aside;
	if (hash_file(HASH_SHA256, file, hex))
		return why;
	aside = arena_printf(j->arena, "%s_bad-checksum_%s", j->s->path, hex).p;
	if (rename(file, aside))
		return why;
	return arena_printf(j->arena, SFMT "; kept as %s", SARG(why), aside);
}

/* Gives the verified file its name: 0; or says why not. */
static int accept(struct job *j, const char *file, struct slice *why) {
	int fits = verify(j, file, why);
	if (fits == 0)
		*why = set_aside(j, file, *why);
	if (fits != 1)
		return -1;
	if (rename(file, j->s->path) == 0)
		return 0;
	*why = arena_printf(j->arena, "%s: %s", j->s->path, strerror(errno));
	return -1;
}

/* --- one place --- */

static const char *incoming(struct job *j) {
	return arena_printf(j->arena, "%s.incoming", j->s->path).p;
}

/* BB_ALLOWED_NETWORKS: names of hosts, "*.example.org" for all below; unset: any. */
static bool allowed(struct job *j, struct slice url) {
	struct slice hosts = data_text(j->d, "BB_ALLOWED_NETWORKS"), word;
	struct uri u;
	const char *why;
	if (!slice_trim(hosts).n || !uri_parse(j->arena, url, &u, &why))
		return true;
	struct slice host = u.host;
	slice_field(&u.host, ':', &host);
	const char *name = arena_str(j->arena, host);
	while (slice_word(&hosts, &word))
		if (fnmatch(arena_str(j->arena, word), name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static void progress(void *ctx, uint64_t got, uint64_t total) {
	struct job *j = ctx;
	enum { EVERY_MS = 5000 };
	if (os_now_ms() - j->noted < EVERY_MS)
		return;
	j->noted = os_now_ms();
	const char *name = os_basename(slice_of(j->s->path)).p;
	if (total)
		note("%s: %" PRIu64 " of %" PRIu64 " MB", name, got >> 20, total >> 20);
	else
		note("%s: %" PRIu64 " MB", name, got >> 20);
}

/* The URL goes out as it was written, up to its parameters: quoting it anew may change it. */
static int download(struct job *j, struct slice url, struct slice *why) {
	struct slice remote;
	slice_field(&url, ';', &remote);
	struct net_request r = { .file = incoming(j), .progress = progress, .ctx = j };
	struct net_reply reply;
	r.url = arena_str(j->arena, remote);
	j->noted = os_now_ms();
	if (net_get(j->arena, &r, &reply, why))
		return -1;
	/* Two halves of different files? Then the whole once more from here. */
	if (reply.resumed && verify(j, r.file, why) == 0) {
		r.fresh = true;
		if (net_get(j->arena, &r, &reply, why))
			return -1;
	}
	return accept(j, r.file, why);
}

static int copy(struct job *j, struct slice path, struct slice *why) {
	const char *file = incoming(j);
	if (!os_is_file(arena_str(j->arena, path))) {
		*why = SLICE("not there");
		return -1;
	}
	if (os_copy_file(arena_str(j->arena, path), file)) {
		*why = arena_dup(j->arena, slice_of(strerror(errno)));
		return -1;
	}
	return accept(j, file, why);
}

/* 0: the source is in DL_DIR now. */
static int try_file(struct job *j, struct slice url) {
	struct slice why = SLICE("");
	struct uri u;
	const char *no;
	int rc = -1;
	if (!uri_parse(j->arena, url, &u, &no))
		why = slice_of(no);
	else if (slice_is(u.scheme, "file"))
		rc = copy(j, u.path, &why);
	else if (!allowed(j, url))
		why = SLICE("BB_ALLOWED_NETWORKS does not name it");
	else
		rc = download(j, url, &why);
	if (rc)
		add_tried(j, url, why);
	else
		say_from(j, url);
	return rc;
}

/* --- all places, in order --- */

/* The URLs that PREMIRRORS or MIRRORS make of the source. */
static struct slices mirrors(struct job *j, const char *variable) {
	struct slices urls = { 0 };
	struct slice why, name = os_basename(slice_of(j->s->path));
	if (j->s->kind == SOURCE_GIT)
		name = arena_printf(j->arena, "git2_" SFMT ".tar.gz", SARG(name));
	if (!mirror_urls(j->arena, data_text(j->d, variable), &j->s->uri, name, &urls, &why))
		raise_error("%s: " SFMT, variable, SARG(why));
	return urls;
}

typedef int try_fn(struct job *j, struct slice url);

static int try_each(struct job *j, const char *variable, try_fn *try) {
	struct slices urls = mirrors(j, variable);
	for (size_t i = 0; i < urls.n; i++)
		if (try(j, urls.v[i]) == 0)
			return 0;
	return -1;
}

/* PREMIRRORS, SRC_URI, MIRRORS. */
static int try_addresses(struct job *j, try_fn *try) {
	if (try_each(j, "PREMIRRORS", try) == 0)
		return 0;
	if (setting(j->d, "BB_FETCH_PREMIRRORONLY")) {
		add_tried(j, j->s->uri.text, SLICE("BB_FETCH_PREMIRRORONLY is set"));
		return -1;
	}
	return try(j, j->s->uri.text) == 0 ? 0 : try_each(j, "MIRRORS", try);
}

/* BB_CONTENT_MIRRORS: stores where a file's name is its sha256. */
static int try_stores(struct job *j, struct slice sha256) {
	struct slice stores = data_text(j->d, "BB_CONTENT_MIRRORS");
	for (struct slice word; slice_word(&stores, &word);) {
		bool slash = word.p[word.n - 1] == '/';
		struct slice url = arena_printf(j->arena, SFMT "%s" SFMT, SARG(word),
			slash ? "" : "/", SARG(sha256));
		if (try_file(j, url) == 0)
			return 0;
	}
	return -1;
}

/* The archive of this host's distribution, opened once; NULL and *why when there is none. */
static struct distro *host_archive(struct job *j, struct slice *why) {
	static struct distro *distro;
	static struct slice none;        /* why there is none */
	struct slice dir = data_text(j->d, "DL_DIR");
	if (data_is(j->d, "BB_DISTRO_SOURCES", "0")) {
		*why = SLICE("BB_DISTRO_SOURCES is \"0\"");
		return NULL;
	}
	if (setting(j->d, "BB_NO_NETWORK")) {
		*why = SLICE("BB_NO_NETWORK is set");
		return NULL;
	}
	if (!distro && !none.p)          /* its arena lives as long as the process */
		distro = distro_open(arena_new(), os_path(j->arena, dir, SLICE(".distro")).p,
			&none);
	*why = none;
	return distro;
}

static int try_distro(struct job *j) {
	const struct slices *sums = &j->s->sums[HASH_SHA256];
	struct slice why, place = SLICE("the host distribution's archive, by sha256");
	struct distro *distro = host_archive(j, &why);
	if (distro && distro_get(distro, sums, incoming(j), &why) == 0 &&
			accept(j, incoming(j), &why) == 0) {
		say_from(j, place);
		return 0;
	}
	add_tried(j, place, why);
	return -1;
}

static int try_content(struct job *j) {
	const struct slices *sums = &j->s->sums[HASH_SHA256];
	for (size_t i = 0; i < sums->n; i++)
		if (try_stores(j, sums->v[i]) == 0)
			return 0;
	return sums->n ? try_distro(j) : -1;
}

/* --- files --- */

/* Is it in DL_DIR? A file of that name with other content is moved away. */
static bool present(struct job *j) {
	struct slice why;
	if (!os_is_file(j->s->path))
		return false;
	int fits = verify(j, j->s->path, &why);
	if (fits == 0)
		warn("%s: " SFMT, j->s->path, SARG(set_aside(j, j->s->path, why)));
	return fits == 1;
}

/* Nothing is built without a sha256; what arrived tells which. */
static void demand_sum(struct job *j) {
	char hex[HASH_HEX];
	if (j->s->sums[HASH_SHA256].n)
		return;
	const char *flag = source_flag(j->arena, j->s, HASH_SHA256);
	if (hash_file(HASH_SHA256, j->s->path, hex))
		raise_error("%s: %s", j->s->path, strerror(errno));
	raise_error("SRC_URI: " SFMT ": no sha256 is given; if %s is what it should be, add\n"
		"  SRC_URI[%s] = \"%s\"", SARG(j->s->uri.text), j->s->path, flag, hex);
}

static int fetch_file(struct job *j) {
	if (present(j) || try_addresses(j, try_file) == 0 || try_content(j) == 0) {
		demand_sum(j);
		return 0;
	}
	return -1;
}

/* --- repositories --- */

/* git://host/path;protocol=https: the protocol is what the network sees. */
static const char *git_url(struct arena *a, const struct uri *u) {
	struct uri v = *u;
	struct slice protocol = uri_param(u, "protocol");
	v.scheme = protocol.p ? protocol : u->host.n ? u->scheme : SLICE("file");
	return uri_remote(a, &v).p;
}

static int try_git(struct job *j, struct slice url) {
	struct slice why = SLICE("");
	struct uri u;
	const char *no;
	if (!uri_parse(j->arena, url, &u, &no)) {
		why = slice_of(no);
	} else if (!slice_is(u.scheme, "git")) {
		why = SLICE("not a repository");
	} else if (!allowed(j, url)) {
		why = SLICE("BB_ALLOWED_NETWORKS does not name it");
	} else {
		struct git_source g = { .url = git_url(j->arena, &u), .mirror = j->s->path,
			.commit = j->s->commit, .branch = uri_param(&j->s->uri, "branch"),
			.path = data_text(j->d, "PATH").p };
		bool near = slice_starts(slice_of(g.url), "file:");
		g.offline = !near && setting(j->d, "BB_NO_NETWORK");
		if (git_fetch(j->arena, &g, &why) == 0) {
			say_from(j, url);
			return 0;
		}
	}
	add_tried(j, url, why);
	return -1;
}

/* --- all sources --- */

/* Locks stay behind (one that is removed may be waited for), so they have a directory of their own.
 * −1: DL_DIR is read-only, and what is not there cannot be put there either. */
static int lock_name(struct job *j) {
	struct slice dir = data_text(j->d, "DL_DIR"), name = os_basename(slice_of(j->s->path));
	const char *file = arena_printf(j->arena, SFMT "/.locks/" SFMT, SARG(dir), SARG(name)).p;
	int lock = os_mkparents(j->s->path) || os_mkparents(file) ? -1 : os_lock(file, true);
	if (lock < 0 && errno != EROFS && errno != EACCES)
		raise_error("%s: %s", file, strerror(errno));
	return lock;
}

static int fetch_one(struct job *j) {
	source_demand(j->s);
	if (j->s->kind == SOURCE_LOCAL) {
		source_path(j->d, j->s);
		return 0;
	}
	int lock = lock_name(j);
	struct trap trap;
	volatile int rc = -1;
	if (TRAP(&trap)) {
		rc = j->s->kind == SOURCE_GIT ? try_addresses(j, try_git) : fetch_file(j);
		trap_end(&trap);
	}
	if (lock >= 0)
		close(lock);
	if (trap.error.message.p)
		raise_again(&trap.error);
	return rc;
}

/* What to do, after the list of places. */
static void add_advice(struct buf *b, const struct source *s) {
	if (s->kind == SOURCE_GIT)
		buf_adds(b, "  what to do: correct the URL or SRCREV, or name a repository that "
			"has the commit in MIRRORS");
	else
		buf_addf(b, "  what to do: correct the URL or the sum, name a place that has the "
			"file in MIRRORS or BB_CONTENT_MIRRORS, or put it there as %s", s->path);
}

void download_all(struct data *d) {
	struct sources all = source_list(d);
	struct buf failed = { .arena = data_arena(d) };
	net_offline(setting(d, "BB_NO_NETWORK") ? "BB_NO_NETWORK is set" : NULL);
	for (size_t i = 0; i < all.n; i++) {
		struct job j = { .d = d, .arena = data_arena(d), .s = &all.v[i] };
		j.tried.arena = j.arena;
		if (fetch_one(&j) == 0)
			continue;
		buf_addf(&failed, "%s" SFMT ": cannot be fetched:\n" SFMT, failed.n ? "\n" : "",
			SARG(net_mask(j.arena, j.s->uri.text)), SARG(buf_slice(&j.tried)));
		add_advice(&failed, j.s);
	}
	if (failed.n)
		raise_error("%s", failed.p);
}
