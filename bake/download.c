/* download: from pinned sources to files in DL_DIR.
 *
 * Invariants: a file in DL_DIR under its own name has been verified (it gets the name by rename,
 * after); one bake at a time works on a name. Sources are fetched side by side, each by a child, and
 * all that could not be had is raised at once. */
#include "download.h"
#include "advice.h"
#include "archive.h"
#include "data.h"
#include "distro.h"
#include "hunt.h"
#include "map.h"
#include "net.h"
#include "os.h"
#include "proc.h"
#include "repository.h"
#include "signature.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARALLEL = 4 };

/* --- is it what was pinned? --- */

/* A file to be looked at; its sha256, where that is known from its transfer, else empty. */
struct arrival {
	const char *file, *sha256;
};

static int digest(const struct arrival *f, enum hash_kind kind, char hex[HASH_HEX]) {
	if (kind != HASH_SHA256 || !*f->sha256)
		return hash_file(kind, f->file, hex);
	strcpy(hex, f->sha256);
	return 0;
}

/* 1: it fits (every kind of digest that is given, and the size); 0: it does not, and *why says so;
 * −1: unreadable. */
static int verify(struct hunt *h, const struct arrival *f, struct slice *why) {
	char hex[HASH_HEX];
	for (int k = 0; k < SOURCE_SUMS; k++) {
		const struct slices *sums = &h->s->sums[k];
		enum hash_kind kind = (enum hash_kind)k;
		if (!sums->n)
			continue;
		if (digest(f, kind, hex)) {
			*why = arena_printf(h->arena, "%s: %s", f->file, strerror(errno));
			return -1;
		}
		if (slices_has(sums, slice_of(hex)))
			continue;
		*why = arena_printf(h->arena, "checksum mismatch: its %s is %s, not %s",
			hash_name(kind), hex, slices_join(h->arena, sums, " or ").p);
		return 0;
	}
	return 1;
}

/* Wrong content is kept for people to look at, under a name nobody takes it from. */
static struct slice set_aside(struct hunt *h, const struct arrival *f, struct slice why) {
	char hex[HASH_HEX];
	const char *aside;
	if (digest(f, HASH_SHA256, hex))
		return why;
	aside = arena_printf(h->arena, "%s_bad-checksum_%s", h->s->path, hex).p;
	if (rename(f->file, aside))
		return why;
	return arena_printf(h->arena, SFMT "; kept as %s", SARG(why), aside);
}

/* Gives the verified file its name: 0; or says why not. */
static int accept(struct hunt *h, const struct arrival *f, struct slice *why) {
	int fits = verify(h, f, why);
	if (fits == 0)
		*why = set_aside(h, f, *why);
	if (fits != 1)
		return -1;
	if (rename(f->file, h->s->path) == 0)
		return 0;
	*why = arena_printf(h->arena, "%s: %s", h->s->path, strerror(errno));
	return -1;
}

/* --- one place --- */

static const char *incoming(struct hunt *h) {
	return arena_printf(h->arena, "%s.incoming", h->s->path).p;
}

static int try_file(struct hunt *h, struct slice url) {
	struct slice why = SLICE("");
	struct hunt_file file = { .path = incoming(h) };
	struct arrival f = { file.path, file.sha256 };
	int rc = hunt_get(h, url, &file, &why);
	/* Two halves of different files? Then the whole once more from here. */
	if (!rc && file.resumed && verify(h, &f, &why) == 0) {
		file.anew = true;
		rc = hunt_get(h, url, &file, &why);
	}
	if (!rc)
		rc = accept(h, &f, &why);
	if (rc)
		hunt_tried(h, url, why);
	else
		hunt_found(h, url);
	return rc;
}

/* --- places by content --- */

/* A store's URL for a file: HASH in it stands for the sha256; without, that is added. */
static struct slice url_in_store(struct arena *a, struct slice store, struct slice sha256) {
	size_t at;
	if (slice_find(store, "HASH", &at))
		return arena_printf(a, SFMT SFMT SFMT, SARG(slice_sub(store, 0, at)), SARG(sha256),
			SARG(slice_sub(store, at + 4, store.n)));
	bool slash = store.p[store.n - 1] == '/';
	return arena_printf(a, SFMT "%s" SFMT, SARG(store), slash ? "" : "/", SARG(sha256));
}

/* BB_CONTENT_MIRRORS: stores where a file is found by its sha256. */
static int try_stores(struct hunt *h, struct slice sha256) {
	struct slice stores = data_text(h->d, "BB_CONTENT_MIRRORS");
	for (struct slice word; slice_word(&stores, &word);)
		if (try_file(h, url_in_store(h->arena, word, sha256)) == 0)
			return 0;
	return -1;
}

/* Is every server of the archive one that may be asked? Else *why. */
static bool allowed(struct hunt *h, const struct distro *distro, struct slice *why) {
	struct slices urls = { 0 };
	distro_addresses(distro, h->arena, &urls);
	for (size_t i = 0; i < urls.n; i++)
		if (!hunt_allowed(h, urls.v[i])) {
			*why = arena_printf(h->arena, "BB_ALLOWED_NETWORKS does not name " SFMT,
				SARG(urls.v[i]));
			return false;
		}
	return true;
}

/* The archive of this host's distribution, opened once; NULL and *why when there is none. */
static struct distro *host_archive(struct hunt *h, struct slice *why) {
	static struct distro *distro;
	static struct slice none;        /* why there is none */
	struct slice dir = data_text(h->d, "DL_DIR");
	if (data_is(h->d, "BB_DISTRO_SOURCES", "0")) {
		*why = SLICE("BB_DISTRO_SOURCES is \"0\"");
		return NULL;
	}
	if (data_true(h->d, "BB_NO_NETWORK") || data_true(h->d, "BB_FETCH_PREMIRRORONLY")) {
		*why = data_true(h->d, "BB_NO_NETWORK") ? SLICE("BB_NO_NETWORK is set") :
			SLICE("BB_FETCH_PREMIRRORONLY is set");
		return NULL;
	}
	if (!distro && !none.p)          /* its arena lives as long as the process */
		distro = distro_open(arena_new(), os_path(h->arena, dir, SLICE(".distro")).p,
			&none);
	*why = none;
	return distro && allowed(h, distro, why) ? distro : NULL;
}

static int try_distro(struct hunt *h) {
	const struct slices *sums = &h->s->sums[HASH_SHA256];
	struct slice why, place = SLICE("the host distribution's archive, by sha256");
	struct distro *distro = host_archive(h, &why);
	struct arrival f = { incoming(h), "" };
	if (distro && distro_get(distro, sums, f.file, &why) == 0 && accept(h, &f, &why) == 0) {
		hunt_found(h, place);
		return 0;
	}
	hunt_tried(h, place, why);
	return -1;
}

static int try_content(struct hunt *h) {
	const struct slices *sums = &h->s->sums[HASH_SHA256];
	for (size_t i = 0; i < sums->n; i++)
		if (try_stores(h, sums->v[i]) == 0)
			return 0;
	return sums->n ? try_distro(h) : -1;
}

/* --- files --- */

/* Is it in DL_DIR? A file of that name with other content is moved away. */
static bool present(struct hunt *h) {
	struct slice why;
	struct arrival f = { h->s->path, "" };
	if (!os_is_file(f.file))
		return false;
	int fits = verify(h, &f, &why);
	if (fits == 0)
		warn("%s: " SFMT, f.file, SARG(set_aside(h, &f, why)));
	return fits == 1;
}

/* Nothing is built without a sha256; what arrived tells which. */
static void demand_sum(struct hunt *h) {
	char hex[HASH_HEX];
	if (h->s->sums[HASH_SHA256].n)
		return;
	const char *flag = source_flag(h->arena, h->s, HASH_SHA256);
	if (hash_file(HASH_SHA256, h->s->path, hex))
		raise_error("%s: %s", h->s->path, strerror(errno));
	raise_error("SRC_URI: " SFMT ": no sha256 is given; if %s is what it should be, add\n"
		"  SRC_URI[%s] = \"%s\"", SARG(h->s->uri.text), h->s->path, flag, hex);
}

static int fetch_file(struct hunt *h) {
	if (present(h) || hunt_addresses(h, try_file) == 0 || try_content(h) == 0) {
		demand_sum(h);
		return 0;
	}
	return -1;
}

/* --- one source --- */

static int fetch_locked(struct hunt *h) {
	int lock = hunt_lock(h);
	struct trap trap;
	volatile int rc = -1;
	if (TRAP(&trap)) {
		rc = h->s->kind == SOURCE_GIT ? repository_get(h) : fetch_file(h);
		trap_end(&trap);
	}
	if (lock >= 0)
		close(lock);
	if (trap.error.message.p)
		raise_again(&trap.error);
	return rc;
}

/* Was one of the places closed to whom we are? */
static bool is_private(struct slice tried) {
	return slice_find(tried, "Authentication failed", NULL) ||
		slice_find(tried, "the server answers 401", NULL) ||
		slice_find(tried, "could not read Username", NULL);
}

/* What to do, after the list of places. */
static void add_advice(struct buf *b, const struct hunt *h) {
	const struct source *s = h->s;
	struct slice tried = buf_slice(&h->tried);
	const char *list = data_true(h->d, "BB_FETCH_PREMIRRORONLY") ? "PREMIRRORS" : "MIRRORS";
	if (slice_find(tried, strerror(ENOSPC), NULL))
		buf_adds(b, "  what to do: make room in DL_DIR, run bake again");
	else if (slice_find(tried, ".part: ", NULL) && (slice_find(tried, strerror(EACCES), NULL) ||
			slice_find(tried, strerror(EROFS), NULL)))
		buf_addf(b, "  what to do: " SFMT " cannot be written: make that possible, or set another "
			"DL_DIR", SARG(data_text(h->d, "DL_DIR")));
	else if (data_true(h->d, "BB_NO_NETWORK"))
		buf_adds(b, "  what to do: fetch it once without BB_NO_NETWORK, or name a directory that has it in PREMIRRORS");
	else if (slice_find(tried, "BB_ALLOWED_NETWORKS does not name", NULL))
		buf_adds(b, "  what to do: name the host in BB_ALLOWED_NETWORKS, or a place that may be asked in PREMIRRORS");
	else if (is_private(tried))
		buf_adds(b, "  what to do: put the name and password for that server into ~/.netrc");
	else if (slice_find(tried, "(publickey", NULL) || slice_find(tried, "Host key", NULL))
		buf_adds(b, "  what to do: ssh as you will without a question: a key in ~/.ssh or an agent, the "
			"host in ~/.ssh/known_hosts, the user's name in the URL");
	else if (s->kind == SOURCE_REMOTE && slice_ends(s->uri.path, ".git"))
		buf_addf(b, "  what to do: if it is a repository: git://" SFMT SFMT ";protocol=" SFMT,
			SARG(s->uri.host), SARG(s->uri.path), SARG(s->uri.scheme));
	else if (s->kind == SOURCE_GIT)
		buf_addf(b, "  what to do: correct the URL or SRCREV, or name a repository that "
			"has the commit in %s", list);
	else
		buf_addf(b, "  what to do: correct the URL or the sum, name a place that has the "
			"file in %s or BB_CONTENT_MIRRORS, or put it there as %s", list, s->path);
}

/* 0; −1: what was tried is in *failed. Raises for a source that is none. */
static int fetch_one(struct data *d, const struct source *s, struct buf *failed) {
	struct hunt h = hunt_new(d, s);
	if (s->unpinned)
		repository_pin(&h);
	source_demand(s);
	if (s->kind == SOURCE_PACKAGE)
		return 0;
	if (s->kind == SOURCE_LOCAL) {
		source_path(d, s);
		return 0;
	}
	if (fetch_locked(&h) == 0)
		return 0;
	buf_addf(failed, SFMT ": cannot be fetched:\n" SFMT,
		SARG(text_mask(h.arena, s->uri.text)), SARG(buf_slice(&h.tried)));
	add_advice(failed, &h);
	return -1;
}

/* --- many side by side --- */

/* A child that fetches one source; what it could not do comes through the pipe. */
struct child {
	pid_t pid;
	int said;
};

static _Noreturn void fetch_in_child(struct data *d, const struct source *s, int fd) {
	struct buf failed = { .arena = data_arena(d) };
	struct trap trap;
	int rc = 1;
	if (TRAP(&trap)) {
		rc = fetch_one(d, s, &failed);
		trap_end(&trap);
	} else {
		buf_add(&failed, trap.error.message);
	}
	if (rc)
		os_write_all(fd, buf_slice(&failed));
	fflush(NULL);
	_exit(rc ? 1 : 0);
}

/* −1 with errno. */
static int start(struct data *d, const struct source *s, struct child *c) {
	int fd[2];
	if (pipe2(fd, O_CLOEXEC))
		return -1;
	fflush(NULL);
	pid_t pid = proc_fork();
	if (pid == 0)
		fetch_in_child(d, s, fd[1]);
	int why = errno;
	close(fd[1]);
	if (pid < 0)
		close(fd[0]);
	*c = (struct child){ pid, fd[0] };
	errno = why;
	return pid < 0 ? -1 : 0;
}

/* Waits for it, and adds what it said to *failed. */
static void collect(struct arena *a, struct child *c, struct buf *failed) {
	struct buf said = { .arena = a };
	char block[4096];
	ssize_t n;
	int status = 0;
	while ((n = read(c->said, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(&said, (struct slice){ block, (size_t)n });
	close(c->said);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return;
	if (!said.n)
		buf_addf(&said, "do_fetch: a fetching process ended: " SFMT,
			SARG(proc_describe(a, status)));
	buf_addf(failed, "%s" SFMT, failed->n ? "\n" : "", SARG(buf_slice(&said)));
}

/* Children are collected in the order they were started in, so that messages do not depend on who
 * is quicker. */
static void fetch_side_by_side(struct data *d, const struct sources *all, unsigned most,
		struct buf *failed) {
	struct arena *a = data_arena(d);
	struct child *child = ARENA_ARRAY(a, struct child, all->n + 1);
	size_t begun = 0, done = 0;
	for (; begun < all->n; begun++) {
		if (begun - done == most)
			collect(a, &child[done++], failed);
		if (start(d, &all->v[begun], &child[begun]))
			break;
	}
	int why = errno;
	while (done < begun)             /* none outlives a fault */
		collect(a, &child[done++], failed);
	if (begun < all->n)
		raise_error("do_fetch: a process for " SFMT ": %s", SARG(all->v[begun].uri.text), strerror(why));
}

/* In DL_DIR a name is for one content: the two would set each other aside for ever. */
static void demand_names(const struct sources *all) {
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct source *a = &all->v[i], *b = &all->v[k];
			bool one = a->kind == SOURCE_REMOTE && b->kind == SOURCE_REMOTE &&
				strcmp(a->path, b->path) == 0;
			const struct slices *sums = &a->sums[HASH_SHA256];
			if (one && sums->n && b->sums[HASH_SHA256].n &&
					!slices_has(sums, b->sums[HASH_SHA256].v[0]))
				raise_error("SRC_URI: " SFMT " and " SFMT " are different files of one name: "
					"give one of them ;downloadfilename=NAME", SARG(b->uri.text),
					SARG(a->uri.text));
		}
}

static void fetch_in_turn(struct data *d, const struct sources *all, struct buf *failed) {
	for (size_t i = 0; i < all->n; i++) {
		struct buf one = { .arena = data_arena(d) };
		if (fetch_one(d, &all->v[i], &one))
			buf_addf(failed, "%s" SFMT, failed->n ? "\n" : "", SARG(buf_slice(&one)));
	}
}

/* --- signatures --- */

static const struct source *named(const struct sources *all, struct slice name) {
	for (size_t i = 0; i < all->n; i++)
		if (slice_eq(all->v[i].name, name))
			return &all->v[i];
	return NULL;
}

/* What stands before the last "."; unset without one. */
static struct slice stem(struct slice name) {
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	return dot ? slice_sub(name, 0, (size_t)(dot - name.p)) : SLICE_NONE;
}

/* "linux-6.6.tar.sign" beside "linux-6.6.tar.xz" is over what was compressed, as kernel.org signs. */
static bool signs_content(const struct source *s, const struct source *signature) {
	struct slice own = stem(os_basename(s->uri.path));
	return own.n && slice_eq(own, stem(os_basename(signature->uri.path)));
}

/* The same with the file's content in a file of its own for that time. */
static int verify_content(struct data *d, struct signature *v, struct slice *why) {
	struct arena *a = data_arena(d);
	uint64_t most = (uint64_t)data_number(d, "BB_UNPACK_MOST_MB", 0) << 20;
	const char *content = arena_printf(a, "%s/signed-%d", hunt_text(d, "TMPDIR"), (int)getpid()).p;
	*why = SLICE("it cannot be unpacked");
	int rc = os_mkparents(content) || archive_expand(v->file, content, most) ? -1 : 0;
	v->file = content;
	if (!rc)
		rc = signature_verify(a, v, why);
	os_remove(content);
	return rc;
}

/* URL;signature=NAME;keyring=FILE: the file is signed, the signature is the entry with that name,
 * the keys are a file of the layer. */
static void check_signature(struct data *d, const struct sources *all, const struct source *s) {
	struct arena *a = data_arena(d);
	struct slice name = uri_param(&s->uri, "signature"), ring = uri_param(&s->uri, "keyring");
	const struct source *signature = named(all, name);
	struct slice why;
	if (!signature || !ring.n)
		raise_error("SRC_URI: " SFMT ": %s", SARG(s->uri.text), !ring.n ?
			"signature= needs keyring=FILE, a file of keys in the layer" :
			"signature= names no other entry (its name=)");
	struct source keys = source_read(d, arena_printf(a, "file://" SFMT, SARG(ring)));
	struct signature v = { s->path, source_path(d, signature), source_path(d, &keys) };
	if (signs_content(s, signature) ? verify_content(d, &v, &why) : signature_verify(a, &v, &why))
		raise_error("SRC_URI: " SFMT ": not signed by " SFMT ": " SFMT, SARG(s->uri.text),
			SARG(ring), SARG(why));
	note(SFMT ": signed by a key of " SFMT, SARG(os_basename(slice_of(s->path))), SARG(ring));
}

/* --- all sources --- */

/* Parameters that do something in BitBake, and nothing here. */
static bool is_idle(const struct uri *u, struct slice name) {
	static const char *const idle[] = { "bareclone", "nocheckout", "usehead", "dos", "mindate", "maxdate",
		"minrev", "maxrev", "notrev" };
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (slice_is(name, idle[i]))
			return uri_flag_odd(u, idle[i]) || uri_flag(u, idle[i], false);
	return false;
}

/* A parameter that nobody reads is no fault, but hardly what was meant. */
static void advise(const struct source *s) {
	for (size_t i = 0; i < s->uri.params_count; i++) {
		struct slice name = s->uri.params[i].name, meant = advice_parameter(name);
		if (meant.p && s->kind != SOURCE_FOREIGN)
			warn("SRC_URI: " SFMT ": ;" SFMT "= is not known: did you mean ;" SFMT "=?",
				SARG(s->uri.text), SARG(name), SARG(meant));
		if (is_idle(&s->uri, name))
			warn("SRC_URI: " SFMT ": ;" SFMT "= has no effect here", SARG(s->uri.text), SARG(name));
	}
}

/* Proxies and the like may be given in the configuration too. */
static void set_environment(struct data *d) {
	static const char *const names[] = { "http_proxy", "https_proxy", "ftp_proxy", "all_proxy",
		"no_proxy", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice value = data_text(d, names[i]);
		if (value.n && !getenv(names[i]))
			setenv(names[i], arena_str(data_arena(d), value), 1);
	}
}

void download_all(struct data *d) {
	struct sources all = source_list(d);
	struct buf failed = { .arena = data_arena(d) };
	unsigned most = data_number(d, "BB_FETCH_PARALLEL", PARALLEL);
	net_offline(data_true(d, "BB_NO_NETWORK") ? "BB_NO_NETWORK is set" : NULL);
	set_environment(d);
	size_t remote = 0;
	demand_names(&all);
	for (size_t i = 0; i < all.n; i++)
		advise(&all.v[i]);
	for (size_t i = 0; i < all.n; i++)
		remote += all.v[i].kind != SOURCE_LOCAL && all.v[i].kind != SOURCE_PACKAGE;
	if (remote > 1 && most > 1)
		fetch_side_by_side(d, &all, most, &failed);
	else
		fetch_in_turn(d, &all, &failed);
	if (failed.n)
		raise_error("%s", failed.p);
	for (size_t i = 0; i < all.n; i++)
		if (uri_param(&all.v[i].uri, "signature").p)
			check_signature(d, &all, &all.v[i]);
}
