/* fetch: the functions around SRC_URI that classes and expressions call, bb.fetch.*: thin, the work
 * is done in source, download and unpack. */
#include "fetch.h"
#include "data.h"
#include "download.h"
#include "library.h"
#include "os.h"
#include "patch.h"
#include "repository.h"
#include "source.h"
#include "unpack.h"

/* --- files of layers --- */

void fetch_checksum_files(struct data *d, struct slices *words) {
	struct sources all = source_list(d);
	struct arena *a = data_arena(d);
	for (size_t i = 0; i < all.n; i++) {
		struct slices places = { 0 };
		if (all.v[i].kind != SOURCE_LOCAL)
			continue;
		source_places(d, &all.v[i], &places);
		for (size_t k = 0; k < places.n; k++)
			slices_add(a, words, arena_printf(a, SFMT ":%s", SARG(places.v[k]),
				os_exists(places.v[k].p) ? "True" : "False"));
	}
}

/* What exists of the path at the start of text: file:///srv/mirror/PATH is /srv/mirror. */
static const char *directory_in(struct arena *a, struct slice text) {
	struct slice path;
	slice_field(&text, ';', &path);
	while (path.n > 1 && !os_is_dir(arena_str(a, path)))
		path = os_dirname(path);
	return path.n > 1 ? arena_str(a, path) : NULL;
}

void fetch_directories(struct data *d, struct slices *dirs) {
	static const char *const names[] = { "PREMIRRORS", "MIRRORS", "BB_CONTENT_MIRRORS",
		"SOURCE_MIRROR_URL", "SRC_URI" };
	struct arena *a = data_arena(d);
	size_t at;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice text = data_text(d, names[i]);
		for (struct slice word; slice_word(&text, &word);) {
			bool near = slice_find(word, ":///", &at);
			const char *dir = near ? directory_in(a, slice_sub(word, at + 3, word.n)) : NULL;
			if (dir && !slices_has(dirs, slice_of(dir)))
				slices_add(a, dirs, slice_of(dir));
		}
	}
}

/* --- sources --- */

/* What is wrong with a source is wrong in the recipe, not in the class that asks for it. */
static struct value blame_recipe(struct call *c, struct value (*work)(struct call *c)) {
	struct trap trap;
	if (TRAP(&trap)) {
		struct value result = work(c);
		trap_end(&trap);
		return result;
	}
	if (trap.error.file.p)
		raise_again(&trap.error);
	struct slice message = arena_dup(c->arena, trap.error.message);
	raise_at(data_text(c->data, "FILE"), 0, SFMT, SARG(message));
}

/* Does the recipe's stanza of the lock have a source by this digest? */
static bool is_locked(struct arena *a, struct slice stanza, const struct source *s) {
	const struct slices *sums = &s->sums[HASH_SHA256];
	if (s->kind == SOURCE_GIT)
		return slice_find(stanza, arena_printf(a, " commit=" SFMT, SARG(s->commit)).p, NULL);
	for (size_t i = 0; i < sums->n; i++)
		if (slice_find(stanza, arena_printf(a, " sha256=" SFMT, SARG(sums->v[i])).p, NULL))
			return true;
	return s->kind != SOURCE_REMOTE;
}

/* A recipe whose stanza is of upstream's release is built as it is written: what it says else than the lock
 * is told. */
static void hold_against_lock(struct data *d) {
	struct arena *a = data_arena(d);
	struct slice pn = data_text(d, "PN");
	struct slice stanza = data_text(d, arena_printf(a, "SOURCE_LOCK_" SFMT, SARG(pn)).p);
	struct sources all = source_list(d);
	for (size_t i = 0; stanza.n && i < all.n; i++)
		if (!slice_find(stanza, "\npackage ", NULL) && !is_locked(a, stanza, &all.v[i]))
			warn("SRC_URI: " SFMT ": conf/sources.lock has another: bake lock --check " SFMT " shows "
				"which, --update takes this one", SARG(all.v[i].uri.text), SARG(pn));
}

static struct value download(struct call *c) {
	call_count(c, 0, 1);
	download_all(call_data(c, 0));
	hold_against_lock(call_data(c, 0));
	return VALUE_NIL;
}

static struct value call_download(struct call *c) {
	return blame_recipe(c, download);
}

static struct value unpack(struct call *c) {
	call_count(c, 2, 2);
	unpack_all(call_data(c, 0), arena_str(c->arena, call_text(c, 1)));
	return VALUE_NIL;
}

static struct value call_unpack(struct call *c) {
	return blame_recipe(c, unpack);
}

static void put(struct call *c, struct value *dict, const char *key, struct slice text) {
	if (text.p)
		value_put(c->arena, dict, value_text(slice_of(key)), value_text(text));
}

static struct value patches(struct call *c) {
	size_t count;
	struct unpack_patch *p = unpack_patches(call_data(c, 0), &count);
	struct value list = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < count; i++) {
		struct value dict = value_new(c->arena, VALUE_DICT);
		put(c, &dict, "path", p[i].path);
		put(c, &dict, "striplevel", p[i].striplevel);
		put(c, &dict, "patchdir", p[i].patchdir);
		value_push(c->arena, &list, dict);
	}
	return list;
}

static struct value call_patches(struct call *c) {
	return blame_recipe(c, patches);
}

/* apply_patch(path, dir, strip): raises, with the hunk, when it does not apply as a whole. */
static struct value apply_patch(struct call *c) {
	call_count(c, 2, 3);
	struct slice said, name = os_basename(call_text(c, 0));
	struct slice strip = call_text_or(c, 2, SLICE("1"));
	struct patch p = { .file = call_path(c, 0), .dir = call_path(c, 1) };
	p.strip = arena_str(c->arena, strip);
	p.path = arena_str(c->arena, data_text(c->data, "PATH"));
	p.rejects = arena_printf(c->arena, SFMT "/" SFMT ".rej", SARG(data_text(c->data, "T")),
		SARG(name)).p;
	if (!os_is_dir(p.dir))
		raise_error("do_patch: " SFMT ": %s is not there: is S right, and patchdir=?", SARG(name), p.dir);
	enum patch_result result = patch_apply(c->arena, &p, &said);
	if (result == PATCH_REFUSED)
		raise_error("do_patch: " SFMT " does not apply in %s: " SFMT, SARG(name), p.dir,
			SARG(said));
	if (result == PATCH_INEXACT)
		warn("do_patch: " SFMT " applies, but not exactly: " SFMT, SARG(name), SARG(said));
	else
		note("applied " SFMT, SARG(name));
	return VALUE_NIL;
}

static struct value call_apply_patch(struct call *c) {
	return blame_recipe(c, apply_patch);
}

static struct value call_localpath(struct call *c) {
	call_count(c, 2, 2);
	struct source s = source_read(call_data(c, 0), call_text(c, 1));
	return value_text(slice_of(s.path));
}

static struct value call_local_files(struct call *c) {
	struct sources all = source_list(call_data(c, 0));
	struct value list = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].kind == SOURCE_LOCAL && all.v[i].path)
			value_push(c->arena, &list, value_text(slice_of(all.v[i].path)));
	return list;
}

static struct value checksum_files(struct call *c) {
	struct slices words = { 0 };
	fetch_checksum_files(call_data(c, 0), &words);
	return value_text(slices_join(c->arena, &words, " "));
}

static struct value call_checksum_files(struct call *c) {
	return blame_recipe(c, checksum_files);
}

/* --- revisions --- */

/* The repositories of SRC_URI. */
static struct sources repositories(struct data *d) {
	struct sources all = source_list(d);
	size_t n = 0;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].kind == SOURCE_GIT)
			all.v[n++] = all.v[i];
	all.n = n;
	return all;
}

static struct slice name_of(const struct source *s) {
	return s->name.n ? s->name : SLICE("default");
}

/* The repository with the longest name that text begins with. */
static const struct source *named_at(const struct sources *all, struct slice text) {
	const struct source *best = NULL;
	for (size_t i = 0; i < all->n; i++) {
		struct slice name = name_of(&all->v[i]);
		bool here = slice_eq(name, slice_sub(text, 0, name.n));
		if (here && (!best || name.n > name_of(best).n))
			best = &all->v[i];
	}
	return best;
}

/* SRCREV_FORMAT with names of repositories replaced by their commits' first digits. */
static struct slice format_revisions(struct arena *a, const struct sources *all,
		struct slice format) {
	struct buf b = { .arena = a };
	while (format.n) {
		const struct source *s = named_at(all, format);
		buf_add(&b, s ? slice_sub(s->commit, 0, 10) : slice_sub(format, 0, 1));
		format = slice_sub(format, s ? name_of(s).n : 1, format.n);
	}
	return buf_slice(&b);
}

/* The part of PV that names what was checked out; empty without a repository. */
static struct slice version(struct call *c, const struct sources *all) {
	if (all->n == 0)
		return SLICE("");
	if (all->n == 1)
		return arena_printf(c->arena, "AUTOINC+%.10s", all->v[0].commit.p);
	struct slice format = data_text(call_data(c, 0), "SRCREV_FORMAT");
	if (!format.n)
		raise_error("SRC_URI names %zu repositories: set SRCREV_FORMAT", all->n);
	format = format_revisions(c->arena, all, format);
	return arena_printf(c->arena, "AUTOINC+" SFMT, SARG(format));
}

static struct value call_version(struct call *c) {
	struct sources all = repositories(call_data(c, 0));
	return value_text(version(c, &all));
}

static struct value call_srcrev(struct call *c) {
	struct sources all = repositories(call_data(c, 0));
	if (!all.n)
		raise_error("SRCREV is asked for, but SRC_URI names no repository");
	return value_text(version(c, &all));
}

static struct value call_revisions(struct call *c) {
	struct sources all = repositories(call_data(c, 0));
	struct slices commits = { 0 };
	for (size_t i = 0; i < all.n; i++)
		slices_add(c->arena, &commits, all.v[i].commit);
	return value_text(slices_join(c->arena, &commits, " "));
}

/* Whoever builds with it is told that it is no commit. */
static struct value call_autorev(struct call *c) {
	(void)c;
	return value_text(SLICE("AUTOINC"));
}

void fetch_init(void) {
	static const struct library_entry entries[] = {
		{ "bb.fetch.download", call_download },
		{ "bb.fetch.unpack", call_unpack },
		{ "bb.fetch.patches", call_patches },
		{ "bb.fetch.apply_patch", call_apply_patch },
		{ "bb.fetch.localpath", call_localpath },
		{ "bb.fetch.local_files", call_local_files },
		{ "bb.fetch.get_checksum_file_list", call_checksum_files },
		{ "bb.fetch.get_srcrev", call_srcrev },
		{ "bb.fetch.get_pkgv_string", call_version },
		{ "bb.fetch.get_hashvalue", call_revisions },
		{ "bb.fetch.get_autorev", call_autorev },
		/* Layers say fetch2 as well. */
		{ "bb.fetch2.get_checksum_file_list", call_checksum_files },
		{ "bb.fetch2.get_srcrev", call_srcrev },
		{ "bb.fetch2.get_pkgv_string", call_version },
		{ "bb.fetch2.get_hashvalue", call_revisions },
		{ "bb.fetch2.get_autorev", call_autorev },
		{ NULL, NULL },
	};
	library_add_all(entries);
	repository_init();
}
