/* package: fetching and unpacking are those of any recipe: its store is given the package as the
 * only entry of SRC_URI. What the spec says becomes lines with the sha256 of every file, so that a
 * build needs neither rpmspec nor trust in the repository. */
#include "package.h"
#include "archive.h"
#include "data.h"
#include "download.h"
#include "git.h"
#include "map.h"
#include "notice.h"
#include "os.h"
#include "proc.h"
#include "search.h"
#include "source.h"
#include "spec.h"
#include "unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROGRAMS "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

struct reading {
	const struct package_request *r;
	struct arena *arena;
	const char *dir;         /* of the package's files */
	const struct spec *spec; /* or, of a tree: */
	const struct git_source *tree;
	struct buf *lines;
};

/* --- fetching --- */

/* A SRC_URI entry for the repository at the commit, to be unpacked in SOURCE_PACKAGE_DIR. */
static struct slice repository_entry(struct arena *a, struct slice url, struct slice commit) {
	size_t at;
	struct slice scheme = SLICE("file"), rest = url;
	if (slice_find(url, "://", &at)) {
		scheme = slice_sub(url, 0, at);
		rest = slice_sub(url, at + 3, url.n);
	}
	return arena_printf(a,
		"git://" SFMT ";protocol=" SFMT ";nobranch=1;rev=" SFMT
		";destsuffix=" SOURCE_PACKAGE_DIR,
		SARG(rest), SARG(scheme), SARG(commit));
}

static struct slice entry_of(struct arena *a, const struct package_request *r) {
	return r->commit.p ? repository_entry(a, r->url, r->commit) : r->url;
}

/* --- files of the package --- */

static const char *find_spec(struct reading *p) {
	struct slices found = { 0 };
	const char *own = arena_printf(p->arena, "%s/" SFMT ".spec", p->dir, SARG(p->r->name)).p;
	if (os_is_file(own))
		return own;
	os_glob(p->arena, arena_printf(p->arena, "%s/*.spec", p->dir).p, &found);
	if (found.n != 1)
		raise_error(SFMT ": %zu specs and none is " SFMT ".spec: set OPENEULER_NAME",
			SARG(p->r->url), found.n, SARG(p->r->name));
	return found.v[0].p;
}

/* What becomes a word of the lock and a part of SRC_URI must be one. */
static void demand_word(struct reading *p, const char *what, struct slice text) {
	bool odd = text.n == 0 || slice_is(text, "..") || slice_is(text, ".");
	for (size_t i = 0; i < text.n; i++)
		odd |= (unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f || strchr(";$", text.p[i]);
	if (odd)
		raise_error(SFMT ": its spec has \"" SFMT "\" for %s: that cannot stand in a lock or in SRC_URI",
			SARG(p->r->url), SARG(text), what);
}

/* " sha256=… size=…" of a file that the spec names. */
static void add_identity(struct reading *p, struct slice file) {
	const char *path = os_path(p->arena, slice_of(p->dir), file).p;
	char hex[HASH_HEX];
	struct stat st;
	demand_word(p, "the name of a file", file);
	if (stat(path, &st) || hash_file(HASH_SHA256, path, hex))
		raise_error(SFMT ": the spec names " SFMT ", which is not in the package (%s)",
			SARG(p->r->url), SARG(file), strerror(errno));
	buf_addf(p->lines, " sha256=%s size=%" PRIu64, hex, (uint64_t)st.st_size);
}

static void add_sources(struct reading *p, const struct spec *s) {
	for (size_t i = 0; i < s->sources; i++) {
		buf_addf(p->lines, "source " SFMT, SARG(s->source[i].file));
		add_identity(p, s->source[i].file);
		if (s->source[i].dir.n)
			demand_word(p, "a directory", s->source[i].dir);
		if (s->source[i].dir.p)
			buf_addf(p->lines, " unpack=" SFMT,
				SARG(s->source[i].dir.n ? s->source[i].dir : SLICE(".")));
		buf_addc(p->lines, '\n');
	}
}

static void add_patches(struct reading *p, const struct spec *s) {
	for (size_t i = 0; i < s->patches; i++) {
		buf_addf(p->lines, "patch " SFMT, SARG(s->patch[i].file));
		add_identity(p, s->patch[i].file);
		demand_word(p, "a patch's -p", s->patch[i].strip);
		buf_addf(p->lines, " strip=" SFMT, SARG(s->patch[i].strip));
		if (s->patch[i].dir.n) {
			demand_word(p, "a patch's directory", s->patch[i].dir);
			buf_addf(p->lines, " dir=" SFMT, SARG(s->patch[i].dir));
		}
		buf_addc(p->lines, '\n');
	}
}

/* --- texts of the licence: the recipe's list, with the sums of this version --- */

/* Unpacks the archives' files of that path below the scratch directory. */
static const char *extract(struct reading *p, struct slice path) {
	const struct spec *s = p->spec;
	const char *only = arena_printf(p->arena, "*" SFMT, SARG(path)).p;
	const char *top = arena_printf(p->arena, "%s/licence", p->r->scratch).p;
	for (size_t i = 0; i < s->sources; i++) {
		if (!s->source[i].dir.p)
			continue;
		struct archive_unpack u = { .only = only,
			.file = os_path(p->arena, slice_of(p->dir), s->source[i].file).p,
			.dir = os_path(p->arena, slice_of(top), s->source[i].dir).p };
		if (os_mkdirs(top) || !os_stays_below(p->arena, top, u.dir) || os_mkdirs(u.dir)
				|| archive_unpack(&u))
			return NULL;
	}
	const char *file =
		arena_printf(p->arena, "%s/" SFMT "/" SFMT, top, SARG(s->dir), SARG(path)).p;
	return os_is_file(file) ? file : NULL;
}

/* The same of a tree's own file. */
static const char *show(struct reading *p, struct slice path) {
	const char *file = arena_printf(p->arena, "%s/licence", p->r->scratch).p;
	struct slice text, why;
	if (git_show(p->arena, p->tree, arena_str(p->arena, path), &text, &why))
		return NULL;
	return os_mkparents(file) || os_write(file, text, 0644, false) ? NULL : file;
}

static void add_text(struct reading *p, struct slice word) {
	struct slice rest = word, field;
	struct notice n;
	char md5[HASH_HEX];
	if (!notice_parse(word, &n))
		return;
	if (!n.path.n || n.path.p[0] == '/') {   /* of a layer: nothing the package could change */
		buf_addf(p->lines, "licence-text " SFMT "\n", SARG(word));
		return;
	}
	const char *file = p->tree ? show(p, n.path) : extract(p, n.path);
	if (!file || notice_digest(&n, file, md5)) {
		warn(SFMT ": licence text " SFMT " is not in " SFMT ": look what took its place",
			SARG(data_text(p->r->d, "PN")), SARG(n.path), SARG(p->r->url));
		return;
	}
	if (!slice_is(n.md5, md5))
		warn(SFMT ": licence text " SFMT
			" is not the one the recipe was written for: read it",
			SARG(data_text(p->r->d, "PN")), SARG(n.path));
	slice_field(&rest, ';', &field);
	buf_addf(p->lines, "licence-text " SFMT, SARG(field));
	while (rest.p && slice_field(&rest, ';', &field))
		if (!slice_starts(field, "md5="))
			buf_addf(p->lines, ";" SFMT, SARG(field));
	buf_addf(p->lines, ";md5=%s\n", md5);
}

static void add_texts(struct reading *p) {
	struct slice list = data_text(p->r->d, "LIC_FILES_CHKSUM");
	for (struct slice word; slice_word(&list, &word);)
		add_text(p, word);
}

/* --- what it says --- */

/* OPENEULER_MACROS: "name=value" each, for rpm's "name value"; else a file along BBPATH. */
static void macros_of(struct reading *p, struct slices *files, struct slices *macros) {
	struct slice words = data_text(p->r->d, "OPENEULER_MACROS"), found;
	for (struct slice word, name; slice_word(&words, &word);) {
		struct slice value = word;
		if (slice_field(&value, '=', &name) && value.p)
			slices_add(p->arena, macros,
				arena_printf(p->arena, SFMT " " SFMT, SARG(name), SARG(value)));
		else if (search_path(p->arena, data_text(p->r->d, "BBPATH"), word, &found))
			slices_add(p->arena, files, found);
		else
			raise_error("OPENEULER_MACROS: " SFMT
				": neither name=value nor a file of macros along BBPATH",
				SARG(word));
	}
}

static void demand_patches(struct reading *p, const struct spec *s) {
	if (s->missing.n)
		raise_error(SFMT ": the spec applies " SFMT ", which is not in the package",
			SARG(p->r->url), SARG(slices_join(p->arena, &s->missing, ", ")));
}

static void read_spec(struct reading *p) {
	struct slices files = { 0 }, macros = { 0 };
	const char *arch = arena_str(p->arena, data_text(p->r->d, "HOST_ARCH"));
	struct slice why;
	struct spec s;
	macros_of(p, &files, &macros);
	struct spec_request r = { .file = find_spec(p), .path = PROGRAMS, .files = &files,
		.macros = &macros,
		.arch = *arch && strcmp(arch, "allarch") != 0 ? arch : NULL };
	if (spec_read(p->arena, &r, &s, &why))
		raise_error(SFMT ": " SFMT, SARG(p->r->url), SARG(why));
	demand_patches(p, &s);
	demand_word(p, "its version", s.version);
	if (s.dir.n)
		demand_word(p, "the directory of its sources", s.dir);
	buf_addf(p->lines, "version " SFMT "\nlicence " SFMT "\nspec " SFMT "\n", SARG(s.version),
		SARG(s.licence), SARG(os_basename(slice_of(r.file))));
	if (s.dir.n)
		buf_addf(p->lines, "directory " SFMT "\n", SARG(s.dir));
	add_sources(p, &s);
	add_patches(p, &s);
	p->spec = &s;
	add_texts(p);
	for (size_t i = 0; i < s.prep.n; i++)
		buf_addf(p->lines, "prep " SFMT "\n", SARG(s.prep.v[i]));
	if (s.prep.n)
		warn(SFMT ": %%prep of its spec does more than unpack and patch (\"prep\" in "
			"the lock): the recipe must do that",
			SARG(data_text(p->r->d, "PN")));
}

/* A kernel's tree says its version in its makefile. */
static void read_makefile(struct reading *p) {
	static const char *const names[] = { "VERSION", "PATCHLEVEL", "SUBLEVEL" };
	struct slice text, why, part[3] = { SLICE_NONE, SLICE_NONE, SLICE_NONE };
	if (git_show(p->arena, p->tree, "Makefile", &text, &why))
		raise_error(SFMT ": Makefile: " SFMT, SARG(p->r->url), SARG(why));
	for (struct slice line, name; slice_field(&text, '\n', &line);)
		if (slice_field(&line, '=', &name) && line.p)
			for (size_t i = 0; i < 3; i++)
				if (!part[i].p && slice_is(slice_trim(name), names[i]))
					part[i] = slice_trim(line);
	uint64_t number;
	for (size_t i = 0; i < 3; i++)
		if (!slice_number(i == 2 && !part[i].n ? SLICE("0") : part[i], &number))
			raise_error(SFMT ": its Makefile is no kernel's: it gives no number for %s",
				SARG(p->r->url), names[i]);
	buf_addf(p->lines, "version " SFMT "." SFMT "." SFMT "\nlicence " SFMT "\n", SARG(part[0]),
		SARG(part[1]), SARG(part[2].n ? part[2] : SLICE("0")),
		SARG(data_text(p->r->d, "LICENSE")));
}

static void read_files(struct reading *p) {
	if (os_remove(p->r->scratch) || os_mkdirs(p->r->scratch))
		raise_error("%s: %s", p->r->scratch, strerror(errno));
	if (p->tree) {
		read_makefile(p);
		add_texts(p);
		return;
	}
	unpack_all(p->r->d, p->r->commit.p ? p->r->scratch : p->dir);
	read_spec(p);
}

void package_demand_tools(void) {
	struct arena *a = arena_new();
	bool there = proc_find(a, "rpmspec", PROGRAMS) != NULL;
	arena_free(a);
	if (!there)
		raise_error("rpmspec is not installed, and openEuler's packages are read with it: "
			    "install rpm "
			    "(`make deps-image` does so), or set SOURCE_CHANNEL = \"upstream\"");
}

void package_read(const struct package_request *r, struct buf *lines) {
	struct arena *a = data_arena(r->d);
	struct slice entry = entry_of(a, r);
	struct reading p = { .r = r, .arena = a, .lines = lines };
	p.dir = arena_printf(a, "%s/" SOURCE_PACKAGE_DIR, r->scratch).p;
	data_set(r->d, atom_of("SRC_URI"), entry);
	download_all(r->d);
	struct source s = source_read(r->d, entry);
	struct git_source tree = { .mirror = s.path, .commit = s.commit, .path = PROGRAMS };
	if (r->tree)
		p.tree = &tree;
	struct trap trap;
	if (TRAP(&trap)) {
		read_files(&p);
		trap_end(&trap);
		os_remove(r->scratch);
		return;
	}
	os_remove(r->scratch);
	raise_again(&trap.error);
}
