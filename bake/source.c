/* source: SRC_URI as BitBake reads it: parameters, name=, SRC_URI[NAME.sha256sum], SRCREV_NAME,
 * FILESPATH. Everything here is a question to the store or, for file://, to the layers. */
#include "source.h"
#include "data.h"
#include "map.h"
#include "os.h"

#include <ctype.h>
#include <string.h>

static _Noreturn void refuse(struct slice url, const char *why) {
	raise_error("SRC_URI: " SFMT ": %s", SARG(url), why);
}

static struct slice lower(struct arena *a, struct slice s) {
	char *p = arena_str(a, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)tolower((unsigned char)p[i]);
	return (struct slice){ p, s.n };
}

/* --- digests --- */

const char *source_flag(struct arena *a, const struct source *s, enum hash_kind kind) {
	if (!s->name.n)
		return arena_printf(a, "%ssum", hash_name(kind)).p;
	return arena_printf(a, SFMT ".%ssum", SARG(s->name), hash_name(kind)).p;
}

static void read_sums(struct data *d, struct source *s) {
	struct arena *a = data_arena(d);
	const struct atom *var = atom_of("SRC_URI");
	for (int k = 0; k < SOURCE_SUMS; k++) {
		enum hash_kind kind = (enum hash_kind)k;
		const char *flag = source_flag(a, s, kind);
		struct slice text = uri_param(&s->uri, flag);
		if (!text.p && !data_get_flag(d, var, atom_of(flag), true, &text))
			continue;
		for (struct slice word; slice_word(&text, &word);) {
			if (!hash_is_hex(kind, word))
				raise_error("SRC_URI[%s]: \"" SFMT "\" is no %s", flag, SARG(word),
					hash_name(kind));
			slices_add(a, &s->sums[k], lower(a, word));
		}
	}
}

/* SRC_URI[size] or SRC_URI[NAME.size], bytes: what is longer is not taken to its end. */
static void read_size(struct data *d, struct source *s) {
	struct arena *a = data_arena(d);
	struct slice text;
	const char *flag = s->name.n ? arena_printf(a, SFMT ".size", SARG(s->name)).p : "size";
	if (!data_get_flag(d, atom_of("SRC_URI"), atom_of(flag), true, &text))
		return;
	if (!slice_number(slice_trim(text), &s->size) || s->size == 0)
		raise_error("SRC_URI[%s]: \"" SFMT "\" is no number of bytes", flag, SARG(text));
}

/* --- where a source is --- */

/* The last part of a path, without a query. */
static struct slice base_name(struct slice path) {
	size_t query;
	if (slice_find(path, "?", &query))
		path = slice_sub(path, 0, query);
	return os_basename(path);
}

static const char *download_path(struct data *d, struct source *s) {
	struct slice file = uri_param(&s->uri, "downloadfilename");
	if (!file.p)
		file = base_name(s->uri.path);
	if (!file.n)
		s->problem = "it names no file: add ;downloadfilename=NAME";
	else if (slice_find(file, "/", NULL) || slice_is(file, "..") || slice_is(file, "."))
		s->problem = arena_printf(data_arena(d), "\"" SFMT "\" is no name of a file: set "
			";downloadfilename=NAME", SARG(file)).p;
	return os_path(data_arena(d), data_text(d, "DL_DIR"), file).p;
}

static const char *package_path(struct data *d, const struct source *s) {
	struct slice name = os_basename(s->uri.path);
	return arena_printf(data_arena(d), SFMT "/" SOURCE_PACKAGE_DIR "/" SFMT,
		SARG(data_text(d, "UNPACKDIR")), SARG(name)).p;
}

/* BitBake's name of a bare repository, so that a DL_DIR can be shared with it. */
static const char *mirror_path(struct data *d, const struct source *s) {
	struct arena *a = data_arena(d);
	char *name = arena_str(a, arena_printf(a, SFMT SFMT, SARG(s->uri.host), SARG(s->uri.path)));
	for (char *p = name; *p; p++) {
		if (*p == '/' || *p == '*' || *p == ':')
			*p = '.';
		else if (*p == ' ')
			*p = '_';
	}
	return arena_printf(a, SFMT "/git2/%s", SARG(data_text(d, "DL_DIR")),
		*name == '.' ? name + 1 : name).p;
}

void source_places(struct data *d, const struct source *s, struct slices *places) {
	struct arena *a = data_arena(d);
	struct slice dirs = data_text(d, "FILESPATH"), dir;
	if (s->uri.path.p[0] == '/') {
		slices_add(a, places, arena_dup(a, s->uri.path));
		return;
	}
	while (dirs.n && slice_field(&dirs, ':', &dir)) {
		if (!dir.n)
			continue;
		struct slice place = os_path(a, dir, s->uri.path);
		slices_add(a, places, place);
		if (os_exists(place.p))
			return;
	}
}

static const char *local_path(struct data *d, const struct source *s) {
	struct slices places = { 0 };
	source_places(d, s, &places);
	const char *last = places.n ? places.v[places.n - 1].p : NULL;
	return last && os_exists(last) ? last : NULL;
}

/* Directories named after the recipe and the overrides lie below others of the list: those will do. */
static struct slices chief_places(struct arena *a, const struct slices *places) {
	struct slices dirs = { 0 }, chief = { 0 };
	for (size_t i = 0; i < places->n; i++)
		slices_add(a, &dirs, os_dirname(places->v[i]));
	for (size_t i = 0; i < dirs.n; i++)
		if (!slices_has(&dirs, os_dirname(dirs.v[i])) && !slices_has(&chief, dirs.v[i]))
			slices_add(a, &chief, dirs.v[i]);
	return chief;
}

static _Noreturn void raise_missing(struct data *d, const struct source *s) {
	struct arena *a = data_arena(d);
	struct slices places = { 0 }, names = { 0 };
	source_places(d, s, &places);
	for (size_t i = 0; i < places.n; i++)
		os_list(a, arena_str(a, os_dirname(places.v[i])), &names);
	struct slices chief = chief_places(a, &places);
	raise_error("SRC_URI: " SFMT ": no such file" SFMT "; looked in these directories, and in those of "
		"the recipe's name and of overrides below:\n  %s", SARG(s->uri.text),
		SARG(near_hint(a, os_basename(s->uri.path), &names)),
		slices_join(a, &chief, "\n  ").p);
}

const char *source_path(struct data *d, const struct source *s) {
	if (s->path && os_exists(s->path))
		return s->path;
	if (s->kind != SOURCE_LOCAL)
		raise_error("SRC_URI: " SFMT ": %s is not there, or not any more: bake -f -c fetch " SFMT,
			SARG(s->uri.text), s->path, SARG(data_text(d, "PN")));
	raise_missing(d, s);
}

/* --- repositories --- */

static bool is_commit(struct slice s) {
	return hash_is_hex(HASH_SHA1, s) || hash_is_hex(HASH_SHA256, s);
}

/* rev=, SRCREV_NAME, SRCREV: the first that is set. */
static struct slice revision(struct data *d, const struct source *s) {
	struct arena *a = data_arena(d);
	struct slice rev = uri_param(&s->uri, "rev");
	if (rev.p)
		return slice_trim(rev);
	struct slice name = s->name.n ? s->name : SLICE("default");
	rev = slice_trim(data_text(d, arena_printf(a, "SRCREV_" SFMT, SARG(name)).p));
	return rev.n ? rev : slice_trim(data_text(d, "SRCREV"));
}

const char *source_revision(struct arena *a, const struct source *s) {
	return s->name.n ? arena_printf(a, "SRCREV_" SFMT, SARG(s->name)).p : "SRCREV";
}

static source_autorev_fn *resolve;

void source_autorev(source_autorev_fn *fn) {
	resolve = fn;
}

/* AUTOREV as a commit, if that is allowed and can be had; else as it is. */
static struct slice resolved(struct data *d, struct source *s, struct slice rev) {
	struct slice why = SLICE("nobody can be asked");
	if (!slice_is(rev, "AUTOINC") || !resolve || !data_true(d, "BB_AUTOREV"))
		return rev;
	s->path = mirror_path(d, s);
	struct slice commit = resolve(d, s, &why);
	if (commit.p)
		return commit;
	s->problem = arena_printf(data_arena(d), "AUTOREV cannot be resolved: " SFMT,
		SARG(why)).p;
	return rev;
}

static void read_commit(struct data *d, struct source *s) {
	struct arena *a = data_arena(d);
	struct slice rev = resolved(d, s, revision(d, s));
	s->commit = is_commit(rev) ? lower(a, rev) : arena_dup(a, rev);
	s->unpinned = !is_commit(rev);
	if (s->problem)
		return;
	if (!rev.n || slice_is(rev, "INVALID"))
		s->problem = arena_printf(a, "no commit is given: set %s to a full one",
			source_revision(a, s)).p;
	else if (s->unpinned)
		s->problem = arena_printf(a, "\"" SFMT "\" is not a full commit: branches, tags "
			"and AUTOREV change, so they are not built", SARG(rev)).p;
}

struct slice source_tarball(struct arena *a, const struct source *s) {
	return arena_printf(a, "git2_" SFMT ".tar.gz", SARG(os_basename(slice_of(s->path))));
}

bool source_has_modules(const struct source *s) {
	return slice_is(s->uri.scheme, "gitsm");
}

/* --- submodules --- */

/* "../b.git" beside the repository it stands in, as git resolves it. */
static struct slice beside(struct arena *a, struct slice path, struct slice relative) {
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (;;) {
		if (slice_starts(relative, "./")) {
			relative = slice_sub(relative, 2, relative.n);
		} else if (slice_starts(relative, "../")) {
			relative = slice_sub(relative, 3, relative.n);
			path = os_dirname(path);
		} else {
			return os_path(a, path, relative);
		}
	}
}

/* git's own "user@host:path" as a URL. */
static struct slice as_url(struct arena *a, struct slice url) {
	size_t colon;
	if (slice_find(url, "://", NULL) || !slice_find(url, ":", &colon))
		return url;
	return arena_printf(a, "ssh://" SFMT "/" SFMT, SARG(slice_sub(url, 0, colon)),
		SARG(slice_sub(url, colon + 1, url.n)));
}

struct source source_module(struct data *d, const struct source *s, struct slice url,
		struct slice commit) {
	struct arena *a = data_arena(d);
	struct uri u = s->uri;
	struct slice protocol = uri_param(&u, "protocol"), lfs = uri_param(&u, "lfs");
	const char *why;
	if (!protocol.p)
		protocol = u.host.n ? SLICE("git") : SLICE("file");
	if (slice_starts(url, "./") || slice_starts(url, "../")) {
		u.path = beside(a, u.path, url);
	} else {
		if (!uri_parse(a, as_url(a, url), &u, &why))
			raise_error("SRC_URI: " SFMT ": submodule \"" SFMT "\": %s",
				SARG(s->uri.text), SARG(url), why);
		if (slice_is(u.scheme, "file") && !slice_is(protocol, "file"))
			raise_error("SRC_URI: " SFMT ": submodule \"" SFMT "\" is a place of this "
				"machine", SARG(s->uri.text), SARG(url));
		protocol = u.scheme;
	}
	u.scheme = SLICE("gitsm");
	u.params_count = 0;
	uri_param_set(a, &u, SLICE("protocol"), protocol);
	uri_param_set(a, &u, SLICE("rev"), commit);
	uri_param_set(a, &u, SLICE("nobranch"), SLICE("1"));
	if (lfs.p)
		uri_param_set(a, &u, SLICE("lfs"), lfs);
	return source_read(d, uri_text(a, &u));
}

/* --- entries --- */

void source_demand(const struct source *s) {
	if (s->problem)
		refuse(s->uri.text, s->problem);
}

static enum source_kind kind_of(const struct uri *u) {
	static const struct { const char *scheme; enum source_kind kind; } kinds[] = {
		{ "file", SOURCE_LOCAL }, { "http", SOURCE_REMOTE }, { "https", SOURCE_REMOTE },
		{ "ftp", SOURCE_REMOTE }, { "ftps", SOURCE_REMOTE }, { "git", SOURCE_GIT },
		{ "gitsm", SOURCE_GIT }, { "package", SOURCE_PACKAGE },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_is(u->scheme, kinds[i].scheme))
			return kinds[i].kind;
	return SOURCE_FOREIGN;
}

/* A parameter that says nothing: a problem. */
static void check_params(struct arena *a, struct source *s) {
	static const char *const flags[] = { "unpack", "lfs", "nobranch", "apply" };
	static const char *const protocols[] = { "git", "http", "https", "ssh", "file" };
	struct slice protocol = uri_param(&s->uri, "protocol");
	bool known = !protocol.p || s->kind != SOURCE_GIT;
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (uri_flag_odd(&s->uri, flags[i]))
			s->problem = arena_printf(a, "%s=\"" SFMT "\" is neither yes nor no: say 1 or 0",
				flags[i], SARG(uri_param(&s->uri, flags[i]))).p;
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		known = known || slice_is(protocol, protocols[i]);
	if (!known)
		s->problem = arena_printf(a, "protocol=\"" SFMT "\" is none of git, http, https, ssh, file",
			SARG(protocol)).p;
}

struct source source_read(struct data *d, struct slice url) {
	struct source s = { 0 };
	const char *why;
	if (!uri_parse(data_arena(d), url, &s.uri, &why))
		refuse(url, why);
	s.kind = kind_of(&s.uri);
	s.name = uri_param(&s.uri, "name");
	if (s.kind == SOURCE_REMOTE) {
		read_sums(d, &s);
		read_size(d, &s);
		s.path = download_path(d, &s);
	} else if (s.kind == SOURCE_GIT) {
		read_commit(d, &s);
		s.path = mirror_path(d, &s);
	} else if (s.kind == SOURCE_PACKAGE) {
		read_sums(d, &s);
		s.path = package_path(d, &s);
	} else if (s.kind == SOURCE_LOCAL) {
		s.path = local_path(d, &s);
	} else {
		s.problem = "bake fetches file, http, https, ftp, git and gitsm";
	}
	check_params(data_arena(d), &s);
	return s;
}

struct sources source_list(struct data *d) {
	struct arena *a = data_arena(d);
	struct slices words = { 0 };
	slices_words(a, &words, data_text(d, "SRC_URI"));
	struct sources all = { ARENA_ARRAY(a, struct source, words.n + 1), words.n };
	for (size_t i = 0; i < words.n; i++)
		all.v[i] = source_read(d, words.v[i]);
	return all;
}

/* --- patches --- */

bool source_is_patch(const struct source *s) {
	static const char *const endings[] = { ".patch", ".diff", ".patch.gz", ".diff.gz",
		".patch.bz2", ".diff.bz2", ".patch.xz", ".diff.xz", ".patch.Z", ".diff.Z" };
	if (s->kind == SOURCE_GIT || s->kind == SOURCE_FOREIGN)
		return false;
	if (uri_param(&s->uri, "apply").p)
		return uri_flag(&s->uri, "apply", true);
	struct slice name = s->kind == SOURCE_REMOTE ? slice_of(s->path) : s->uri.path;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends(name, endings[i]))
			return true;
	return false;
}
