/* distro: apt, with a configuration of ours.
 *
 * One index (the sources or the packages of one suite) is one directory below the cache with its
 * own apt.conf, sources.list and state, so that only what is needed is fetched; once its table is
 * made, apt's copy is dropped. The configuration is the host's Acquire part (proxies, time-outs)
 * and nothing else of it: no hooks. Who signed an index does not matter: what arrives is verified
 * by its own sum, so a forged index can only make a download fail. */
#include "distro.h"
#include "hash.h"
#include "os.h"
#include "pkgindex.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 24 * 3600 };

static const char HELPER[] = "/usr/lib/apt/apt-helper";

/* One index. */
struct index {
	const char *name;        /* "bookworm sources", for messages */
	const char *dir;         /* where it is kept */
	const char *table;       /* file of "HASH PATH" lines; its age is the index's */
	struct slice uri;        /* of the archive, with "/" at its end */
	struct slice source;     /* the line for sources.list */
	bool tried;              /* made or refreshed by this process */
};

struct distro {
	struct arena *arena;
	const char *cache;
	struct slice acquire;    /* the host's Acquire settings */
	struct index *index;
	size_t count;
};

/* --- running apt --- */

/* What apt needs of our environment: nothing but proxies. config: its apt.conf, NULL: the
 * host's. */
static const char *const *environment(struct arena *a, const char *config) {
	static const char *const kept[] = { "http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
		"all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "HOME" };
	enum { KEPT = sizeof kept / sizeof *kept };
	const char **env = ARENA_ARRAY(a, const char *, KEPT + 4);
	size_t n = 0;
	for (size_t i = 0; i < KEPT; i++)
		if (getenv(kept[i]))
			env[n++] = arena_printf(a, "%s=%s", kept[i], getenv(kept[i])).p;
	env[n++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	env[n++] = "LC_ALL=C";
	if (config)
		env[n++] = arena_printf(a, "APT_CONFIG=%s", config).p;
	return env;
}

/* apt's own reason: its first line that begins with "E:", or the last line. */
static struct slice reason_in(struct arena *a, struct slice output) {
	struct slice last = SLICE("it failed without a word");
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		line = slice_trim(line);
		if (slice_starts(line, "E: "))
			return arena_dup(a, slice_sub(line, 3, line.n));
		if (line.n)
			last = line;
	}
	return arena_dup(a, last);
}

static int run(struct arena *a, const char *const *argv, const char *config, struct slice *out) {
	struct proc_command c = { .argv = argv, .env = environment(a, config) };
	int status;
	c.errors = config != NULL;
	if (proc_capture(a, &c, out, &status)) {
		*out = arena_printf(a, "%s: %s", argv[0], strerror(errno));
		return -1;
	}
	return status ? -1 : 0;
}

/* --- what the host's configuration says --- */

static struct slice acquire_settings(struct arena *a) {
	static const char *const argv[] = { "/usr/bin/apt-config", "dump", NULL };
	struct buf b = { .arena = a };
	struct slice out;
	buf_adds(&b, "");
	if (run(a, argv, NULL, &out))
		return buf_slice(&b);
	for (struct slice line; out.p && slice_field(&out, '\n', &line);)
		if (slice_starts(line, "Acquire::") &&
				!slice_starts(line, "Acquire::IndexTargets") &&
				!slice_starts(line, "Acquire::Changelogs"))
			buf_addf(&b, SFMT "\n", SARG(line));
	return buf_slice(&b);
}

/* NAME=value of os-release, without quotes. */
static struct slice os_release(struct arena *a, const char *name) {
	struct slice text, line, key;
	if (os_read(a, "/etc/os-release", &text) && os_read(a, "/usr/lib/os-release", &text))
		return SLICE("");
	while (text.p && slice_field(&text, '\n', &line)) {
		slice_field(&line, '=', &key);
		if (!slice_is(key, name) || !line.p)
			continue;
		bool quoted = line.n >= 2 && line.p[0] == '"';
		return quoted ? slice_sub(line, 1, line.n - 1) : line;
	}
	return SLICE("");
}

/* A suite of the host: the archive's address, the suite's name and its components. */
struct suite {
	struct slice uri, name, components;
};

struct suites {
	struct suite *v;
	size_t n;
};

static bool known_component(struct slice components, struct slice one) {
	for (struct slice word; slice_word(&components, &word);)
		if (slice_eq(word, one))
			return true;
	return false;
}

static void add_suite(struct arena *a, struct suites *all, const struct suite *new) {
	for (size_t i = 0; i < all->n; i++) {
		struct suite *s = &all->v[i];
		if (!slice_eq(s->uri, new->uri) || !slice_eq(s->name, new->name))
			continue;
		if (!known_component(s->components, new->components))
			s->components = arena_printf(a, SFMT " " SFMT, SARG(s->components),
				SARG(new->components));
		return;
	}
	struct suite *v = ARENA_ARRAY(a, struct suite, all->n + 1);
	if (all->n)
		memcpy(v, all->v, all->n * sizeof *v);
	v[all->n++] = *new;
	all->v = v;
}

/* Is this a suite of the distribution itself, not of somebody who packages one program? */
static bool own_suite(struct slice name, struct slice codename) {
	static const char *const aliases[] = { "stable", "oldstable", "oldoldstable", "testing",
		"unstable", "sid" };
	struct slice stem;
	slice_field(&name, '-', &stem);
	if (codename.n && slice_eq(stem, codename))
		return true;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (slice_is(stem, aliases[i]))
			return true;
	return false;
}

/* The host's suites as apt itself reads its configuration, whatever form that has. */
static struct suites host_suites(struct arena *a) {
	static const char *const argv[] = { "/usr/bin/apt-get", "indextargets", "--format",
		"$(REPO_URI) $(RELEASE) $(COMPONENT)", NULL };
	struct slice out, codename = os_release(a, "VERSION_CODENAME");
	struct suites all = { 0 };
	if (run(a, argv, NULL, &out))
		return all;
	for (struct slice line; out.p && slice_field(&out, '\n', &line);) {
		struct suite s;
		if (slice_word(&line, &s.uri) && slice_word(&line, &s.name) &&
				slice_word(&line, &s.components) && own_suite(s.name, codename))
			add_suite(a, &all, &s);
	}
	return all;
}

/* Other suites of the archive the host's release is from. The lists are those of releases whose
 * sources are still kept beside it. */
static void add_neighbours(struct arena *a, struct suites *all) {
	static const char *const debian[] = { "bookworm", "trixie", "bullseye", "sid", NULL };
	static const char *const ubuntu[] = { "noble", "jammy", "focal", NULL };
	struct slice id = os_release(a, "ID");
	const char *const *names = slice_is(id, "debian") ? debian : ubuntu;
	if (!all->n || (names == ubuntu && !slice_is(id, "ubuntu")))
		return;
	struct suite main = all->v[0];
	for (size_t i = 0; i < all->n; i++)
		if (!slice_find(all->v[i].name, "-", NULL))
			main = all->v[i];
	for (; *names; names++) {
		struct suite s = { main.uri, slice_of(*names), main.components };
		add_suite(a, all, &s);
	}
}

/* --- the indices --- */

static const char *file_name(struct arena *a, const struct suite *s, const char *kind) {
	char hex[HASH_HEX];
	hash_text(HASH_SHA256, s->uri, hex);
	char *name = arena_str(a, arena_printf(a, SFMT "-%s-%.8s", SARG(s->name), kind, hex));
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '_';
	return name;
}

static void add_index(struct distro *o, const struct suite *s, bool sources) {
	struct arena *a = o->arena;
	struct index *x = &o->index[o->count++];
	bool slash = s->uri.n && s->uri.p[s->uri.n - 1] == '/';
	x->name = arena_printf(a, SFMT " %s", SARG(s->name), sources ? "sources" : "packages").p;
	x->dir = arena_printf(a, "%s/%s", o->cache, file_name(a, s, sources ? "src" : "bin")).p;
	x->table = arena_printf(a, "%s/table", x->dir).p;
	x->uri = slash ? s->uri : arena_printf(a, SFMT "/", SARG(s->uri));
	x->source = arena_printf(a, "%s [trusted=yes target=%s] " SFMT " " SFMT " " SFMT "\n",
		sources ? "deb-src" : "deb", sources ? "Sources" : "Packages",
		SARG(s->uri), SARG(s->name), SARG(s->components));
}

struct distro *distro_open(struct arena *a, const char *cache, struct slice *why) {
	if (!os_is_file("/usr/bin/apt-get") || !os_is_file(HELPER)) {
		*why = SLICE("this host has no apt");
		return NULL;
	}
	struct suites suites = host_suites(a);
	add_neighbours(a, &suites);
	if (!suites.n) {
		*why = SLICE("apt of this host names no suite of its distribution");
		return NULL;
	}
	struct distro *o = ARENA_NEW(a, struct distro);
	*o = (struct distro){ .arena = a, .cache = arena_str(a, slice_of(cache)) };
	o->acquire = acquire_settings(a);
	o->index = ARENA_ARRAY(a, struct index, suites.n * 2);
	for (int sources = 1; sources >= 0; sources--)
		for (size_t i = 0; i < suites.n; i++)
			add_index(o, &suites.v[i], sources);
	return o;
}

void distro_addresses(const struct distro *o, struct arena *a, struct slices *urls) {
	for (size_t i = 0; i < o->count; i++)
		if (!slices_has(urls, o->index[i].uri))
			slices_add(a, urls, o->index[i].uri);
}

/* --- fetching an index --- */

static int write_config(struct distro *o, const struct index *x) {
	struct buf b = { .arena = o->arena };
	/* What the host says about these wins. */
	buf_adds(&b, "Acquire::Retries \"2\";\n"
		"Acquire::http::Timeout \"15\";\nAcquire::https::Timeout \"15\";\n");
	buf_add(&b, o->acquire);
	buf_addf(&b, "Dir::State \"%s/state\";\n", x->dir);
	buf_addf(&b, "Dir::State::lists \"%s/state/lists\";\n", x->dir);
	buf_addf(&b, "Dir::State::status \"%s/state/status\";\n", x->dir);
	buf_addf(&b, "Dir::Cache \"%s/state\";\n", x->dir);
	buf_addf(&b, "Dir::Etc::sourcelist \"%s/sources.list\";\n", x->dir);
	/* apt reads these after the file named by APT_CONFIG: here is all there is. */
	buf_adds(&b, "Dir::Etc::sourceparts \"/dev/null\";\nDir::Etc::parts \"/dev/null\";\n"
		"Dir::Etc::main \"/dev/null\";\n"
		/* We are who we are: no second user to write the files as. */
		"APT::Sandbox::User \"root\";\n"
		"pkgCacheFile::Generate \"false\";\nAcquire::PDiffs \"false\";\n"
		"Acquire::Languages \"none\";\nAcquire::GzipIndexes \"false\";\n");
	const char *lists = arena_printf(o->arena, "%s/state/lists/partial", x->dir).p;
	const char *config = arena_printf(o->arena, "%s/apt.conf", x->dir).p;
	const char *sources = arena_printf(o->arena, "%s/sources.list", x->dir).p;
	const char *status = arena_printf(o->arena, "%s/state/status", x->dir).p;
	return os_mkdirs(lists) || os_write(config, buf_slice(&b), 0644, false) ||
		os_write(sources, x->source, 0644, false) ||
		os_write(status, SLICE(""), 0644, false) ? -1 : 0;
}

static const char *config_of(struct distro *o, const struct index *x) {
	return arena_printf(o->arena, "%s/apt.conf", x->dir).p;
}

/* All index files apt has put into dir (one a component), one after the other. */
static int read_lists(struct arena *a, const char *dir, struct buf *text) {
	struct slices names = { 0 };
	if (os_list(a, dir, &names))
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		struct slice one;
		if (!slice_ends(names.v[i], "_Sources") && !slice_ends(names.v[i], "_Packages"))
			continue;
		if (os_read(a, arena_printf(a, "%s/" SFMT, dir, SARG(names.v[i])).p, &one))
			return -1;
		buf_add(text, one);
		buf_addc(text, '\n');
	}
	return text->n ? 0 : -1;
}

static int make_table(struct distro *o, struct index *x, struct slice *why) {
	struct arena *a = arena_new();
	struct buf text = { .arena = NULL };
	const char *lists = arena_printf(a, "%s/state/lists", x->dir).p;
	int rc = read_lists(a, lists, &text);
	if (!rc)
		rc = os_write(x->table, pkgindex_table(a, buf_slice(&text)), 0644, false);
	if (rc)
		*why = arena_printf(o->arena, "its index cannot be kept: %s", strerror(errno));
	os_remove(lists);
	buf_free(&text);
	arena_free(a);
	return rc;
}

static int update(struct distro *o, struct index *x, struct slice *why) {
	static const char *const argv[] = { "/usr/bin/apt-get", "-q", "update", "-o",
		"APT::Update::Error-Mode=any", NULL };
	struct slice out;
	if (write_config(o, x)) {
		*why = arena_printf(o->arena, "%s: %s", x->dir, strerror(errno));
		return -1;
	}
	if (run(o->arena, argv, config_of(o, x), &out)) {
		*why = reason_in(o->arena, out);
		return -1;
	}
	return make_table(o, x, why);
}

/* Seconds since the table was made; negative: there is none. One of the future is of a clock that has jumped, so it
 * may be of any age. */
static int64_t age(const struct index *x) {
	struct stat st;
	if (stat(x->table, &st))
		return -1;
	int64_t s = time(NULL) - st.st_mtime;
	return s < 0 ? INT64_MAX : s;
}

/* Makes the table unless there is one younger than oldest_s: another bake may just have made it. */
static int refresh(struct distro *o, struct index *x, int64_t oldest_s, struct slice *why) {
	if (os_mkdirs(x->dir)) {
		*why = arena_printf(o->arena, "%s: %s", x->dir, strerror(errno));
		return -1;
	}
	int lock = os_lock(arena_printf(o->arena, "%s/lock", x->dir).p, true), rc = 0;
	if (age(x) < 0 || age(x) > oldest_s)
		rc = update(o, x, why);
	if (lock >= 0)
		close(lock);
	x->tried = true;
	return rc;
}

/* --- finding and fetching a file --- */

static struct slice find_in(struct distro *o, const struct index *x, struct slice sha256) {
	struct stat st;
	struct slice path = SLICE_NONE;
	int fd = open(x->table, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SLICE_NONE;
	void *map = fstat(fd, &st) == 0 && st.st_size ?
		mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	if (map != MAP_FAILED) {
		path = pkgindex_find((struct slice){ map, (size_t)st.st_size }, sha256);
		if (path.p)
			path = arena_dup(o->arena, path);
		munmap(map, (size_t)st.st_size);
	}
	close(fd);
	return path;
}

/* What is searched for (any one of the sums), where, and what was wrong with it, for the
 * message. */
struct search {
	const struct slices *sums;
	const char *file;
	struct slices urls;      /* found and tried: suites share files */
	struct slices silent;    /* archives that could not be reached: not asked again */
	struct buf looked, failed;
};

/* A file found in an index. */
struct found {
	struct slice url, sha256;
};

static int download(struct distro *o, const struct index *x, const struct found *f,
		const char *file, struct search *s) {
	struct slice out, sum = arena_printf(o->arena, "SHA256:" SFMT, SARG(f->sha256));
	const char *const argv[] = { HELPER, "-q", "download-file", f->url.p, file, sum.p, NULL };
	char hex[HASH_HEX];
	if (run(o->arena, argv, config_of(o, x), &out)) {
		buf_addf(&s->failed, "%s" SFMT, s->failed.n ? "; " : "",
			SARG(reason_in(o->arena, out)));
		return -1;
	}
	return hash_file(HASH_SHA256, file, hex) || !slice_is(f->sha256, hex) ? -1 : 0;
}

/* apt leaves what it could not verify beside the name it was to have. */
static int get_from(struct distro *o, const struct index *x, const struct found *f,
		struct search *s) {
	const char *part = arena_printf(o->arena, "%s.apt", s->file).p;
	int rc = write_config(o, x) ? -1 : download(o, x, f, part, s);
	if (!rc)
		rc = rename(part, s->file);
	os_remove(part);
	os_remove(arena_printf(o->arena, "%s.FAILED", part).p);
	return rc;
}

static bool try_index(struct distro *o, struct index *x, struct search *s) {
	for (size_t i = 0; i < s->sums->n; i++) {
		struct found f = { .sha256 = s->sums->v[i] };
		struct slice path = find_in(o, x, f.sha256);
		f.url = arena_printf(o->arena, SFMT SFMT, SARG(x->uri), SARG(path));
		if (!path.p || slices_has(&s->urls, f.url))
			continue;
		slices_add(o->arena, &s->urls, f.url);
		if (get_from(o, x, &f, s) == 0)
			return true;
	}
	return false;
}

static void looked_in(struct search *s, const struct index *x, struct slice why) {
	buf_addf(&s->looked, "%s%s", s->looked.n ? ", " : "", x->name);
	if (why.p)
		buf_addf(&s->looked, " (" SFMT ")", SARG(why));
}

/* Makes the index's table when there is none. An archive that does not answer would not answer for
 * its next suite either; one that lacks this suite may have that. */
static int have_table(struct distro *o, struct index *x, struct search *s) {
	struct slice why = SLICE("not there");
	if (age(x) >= 0)
		return 0;
	if (slices_has(&s->silent, x->uri))
		why = SLICE("its archive cannot be reached");
	else if (!x->tried && refresh(o, x, INT64_MAX, &why) == 0)
		return 0;
	else if (!slice_find(why, "404", NULL) && !slice_find(why, "a Release file", NULL))
		slices_add(o->arena, &s->silent, x->uri);
	looked_in(s, x, why);
	return -1;
}

static bool first_pass(struct distro *o, struct search *s) {
	for (size_t i = 0; i < o->count; i++) {
		struct index *x = &o->index[i];
		if (have_table(o, x, s))
			continue;
		if (try_index(o, x, s))
			return true;
		looked_in(s, x, SLICE_NONE);
	}
	return false;
}

/* Not found: perhaps only our tables are old. */
static bool second_pass(struct distro *o, struct search *s) {
	struct slice why;
	for (size_t i = 0; i < o->count; i++) {
		struct index *x = &o->index[i];
		bool old = !x->tried && age(x) > DAY_S;
		if (old && refresh(o, x, DAY_S, &why) == 0 && try_index(o, x, s))
			return true;
	}
	return false;
}

int distro_get(struct distro *o, const struct slices *sums, const char *file, struct slice *why) {
	struct search s = { .sums = sums, .file = file };
	s.looked.arena = s.failed.arena = o->arena;
	if (first_pass(o, &s) || second_pass(o, &s))
		return 0;
	*why = s.failed.n ? buf_slice(&s.failed) :
		arena_printf(o->arena, "no file with this sum in %s", s.looked.p);
	return -1;
}
