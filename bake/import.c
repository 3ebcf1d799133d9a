/* import: gets the package into a scratch directory, has the spec read for each architecture, fetches what
 * it names and does not bring, looks into its archives for licence texts, and writes what draft makes of
 * it. */
#include "import.h"
#include "archive.h"
#include "draft.h"
#include "hash.h"
#include "net.h"
#include "options.h"
#include "os.h"
#include "spec.h"
#include "util.h"
#include "workspace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAMS "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

struct import {
	struct arena *arena;
	struct slice from;       /* as named on the command line */
	const char *scratch;
	const char *spec;        /* path of the .spec; the package's files are beside it */
	const char *dir;         /* where those are */
	struct spec read[DRAFT_ARCHS];
	struct draft draft;
};

/* --- the package --- */

static bool is_url(struct slice s) {
	return slice_starts(s, "http://") || slice_starts(s, "https://")
		|| slice_starts(s, "ftp://");
}

static int get(struct import *m, struct slice url, const char *to, struct slice *why) {
	struct net_reply reply;
	struct net_request r = { .url = arena_str(m->arena, url), .file = to };
	return net_get(m->arena, &r, &reply, why);
}

/* What was named, as a file here. NULL: message given. */
static const char *fetch(struct import *m) {
	struct slice why;
	if (!is_url(m->from))
		return os_absolute(m->arena, arena_str(m->arena, m->from));
	const char *file = os_path(m->arena, slice_of(m->scratch), os_basename(m->from)).p;
	if (get(m, m->from, file, &why) == 0)
		return file;
	error("import: " SFMT ": " SFMT, SARG(text_mask(m->arena, m->from)), SARG(why));
	return NULL;
}

static int open_srpm(struct import *m, const char *file) {
	struct slices specs = { 0 };
	const char *dir = arena_printf(m->arena, "%s/package", m->scratch).p;
	struct archive_unpack u = { .file = file, .dir = dir };
	if (os_mkdirs(dir) || archive_unpack(&u))
		return -1;
	os_glob(m->arena, arena_printf(m->arena, "%s/*.spec", dir).p, &specs);
	if (specs.n != 1) {
		error("import: " SFMT ": %zu specs in it: is it an SRPM?", SARG(m->from), specs.n);
		return -1;
	}
	m->spec = specs.v[0].p;
	return 0;
}

static int open_package(struct import *m) {
	const char *file = fetch(m);
	int rc = 0;
	if (!file)
		return -1;
	if (!os_is_file(file)) {
		error("import: %s: no such file", file);
		return -1;
	}
	if (slice_ends(slice_of(file), ".spec"))
		m->spec = file;
	else
		rc = open_srpm(m, file);
	m->dir = rc ? NULL : arena_str(m->arena, os_dirname(slice_of(m->spec)));
	return rc;
}

static int read_spec(struct import *m) {
	struct slices files = { 0 };
	struct slice why;
	const char *base = workspace_base(m->arena);
	if (base)
		slices_add(m->arena, &files,
			arena_printf(m->arena, "%s/conf/sources/openeuler.macros", base));
	for (size_t i = 0; i < DRAFT_ARCHS; i++) {
		struct spec_request r = { .file = m->spec, .arch = draft_arch[i], .path = PROGRAMS,
			.files = &files };
		if (spec_read(m->arena, &r, &m->read[i], &why)) {
			error("import: " SFMT, SARG(why));
			return -1;
		}
		m->draft.spec[i] = &m->read[i];
	}
	return 0;
}

/* --- what the package lacks --- */

static const char *fetched(struct import *m, struct slice file) {
	return arena_printf(m->arena, "%s/fetched/" SFMT, m->scratch, SARG(file)).p;
}

/* A file of the package, or what was fetched in its place. */
static const char *beside(struct import *m, struct slice file) {
	const char *own = os_path(m->arena, slice_of(m->dir), file).p;
	return os_exists(own) ? own : fetched(m, file);
}

/* Where a file may be had that is not in the package: its own address; or, when the spec came from a
 * server, beside it. Unset: nowhere. */
static struct slice address_of(struct import *m, struct slice url, struct slice file) {
	size_t end;
	if (is_url(url))
		return slice_find(url, "#", &end) ? slice_sub(url, 0, end) : url;
	if (!is_url(m->from) || !draft_is_local(url))
		return SLICE_NONE;
	return os_path(m->arena, os_dirname(m->from), file);
}

/* Fetches a file that is not there yet to `to`. True when it was. */
static bool complete(struct import *m, struct slice url, struct slice file, const char *to) {
	struct slice address = address_of(m, url, file), why;
	if (!address.p || os_exists(beside(m, file)) || os_mkparents(to))
		return false;
	if (get(m, address, to, &why) == 0)
		return true;
	warn("import: " SFMT ": " SFMT, SARG(text_mask(m->arena, address)), SARG(why));
	return false;
}

/* A spec alone is enough when its sources can be had. */
static void get_sources(struct import *m) {
	for (size_t i = 0; i < m->read[0].sources; i++) {
		const struct spec_source *s = &m->read[0].source[i];
		complete(m, s->url, s->file, fetched(m, s->file));
	}
}

static void add_new(struct import *m, struct slices *list, struct slice name) {
	if (!slices_has(list, name))
		slices_add(m->arena, list, name);
}

/* Patches must stand beside the spec while it is read. True when there are more than before. */
static bool get_patches(struct import *m) {
	struct slices files = { 0 };
	bool more = false;
	for (size_t k = 0; k < DRAFT_ARCHS; k++) {
		for (size_t i = 0; i < m->read[k].patches; i++)
			add_new(m, &files, m->read[k].patch[i].file);
		for (size_t i = 0; i < m->read[k].missing.n; i++)
			add_new(m, &files, m->read[k].missing.v[i]);
	}
	for (size_t i = 0; i < files.n && is_url(m->from); i++)
		more |= complete(m, files.v[i], files.v[i], os_path(m->arena, slice_of(m->dir), files.v[i]).p);
	return more;
}

/* --- what only its files tell --- */

static void sum_files(struct import *m) {
	const struct spec *s = &m->read[0];
	char hex[HASH_HEX];
	m->draft.file = ARENA_ARRAY(m->arena, struct draft_file, s->sources + 1);
	for (size_t i = 0; i < s->sources; i++) {
		m->draft.file[i].name = s->source[i].file;
		m->draft.file[i].sha256 = SLICE("");
		if (hash_file(HASH_SHA256, beside(m, s->source[i].file), hex) == 0)
			m->draft.file[i].sha256 = arena_dup(m->arena, slice_of(hex));
		m->draft.file[i].fetched = os_exists(fetched(m, s->source[i].file));
	}
}

static bool is_licence(struct slice name) {
	static const char *const begins[] = { "COPYING", "LICENSE", "LICENCE", "Copying", "License",
		"license" };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (slice_starts(name, begins[i]))
			return true;
	return false;
}

/* Unpacks the archives; notes the licence texts at the top of the sources, and a configure script.
 */
static void look_inside(struct import *m) {
	const struct spec *s = &m->read[0];
	const char *top = arena_printf(m->arena, "%s/sources", m->scratch).p;
	struct slices names = { 0 };
	char md5[HASH_HEX];
	for (size_t i = 0; i < s->sources; i++) {
		struct archive_unpack u = { .file = beside(m, s->source[i].file) };
		if (!s->source[i].dir.p || !os_is_file(u.file) || !archive_is_tree(u.file))
			continue;
		u.dir = os_path(m->arena, slice_of(top), s->source[i].dir).p;
		if (os_mkdirs(top) || !os_stays_below(m->arena, top, u.dir) || os_mkdirs(u.dir)
				|| archive_unpack(&u))
			return;
	}
	struct slice dir = os_path(m->arena, slice_of(top), s->dir);
	os_list(m->arena, dir.p, &names);
	m->draft.configure = slices_has(&names, SLICE("configure"));
	for (size_t i = 0; i < names.n; i++) {
		const char *path = os_path(m->arena, dir, names.v[i]).p;
		if (is_licence(names.v[i]) && os_is_file(path)
			&& hash_file(HASH_MD5, path, md5) == 0)
			slices_add(m->arena, &m->draft.texts,
				arena_printf(
					m->arena, "file://" SFMT ";md5=%s", SARG(names.v[i]), md5));
	}
}

/* --- the recipe --- */

static int keep(struct import *m, struct slice dir, struct slice file) {
	struct slice to = arena_printf(m->arena, SFMT "/files/" SFMT, SARG(dir), SARG(file));
	if (os_exists(to.p)
		|| (os_mkparents(to.p) == 0 && os_copy_file(beside(m, file), to.p) == 0))
		return 0;
	warn("import: %s: %s: put it there", to.p, strerror(errno));
	return -1;
}

static void keep_files(struct import *m, struct slice dir) {
	const struct spec *s = &m->read[0];
	struct slices tried = { 0 };
	for (size_t i = 0; i < s->sources; i++)
		if (draft_is_local(s->source[i].url))
			keep(m, dir, s->source[i].file);
	for (size_t k = 0; k < DRAFT_ARCHS; k++)
		for (size_t i = 0; i < m->read[k].patches; i++) {
			struct slice file = m->read[k].patch[i].file;
			if (!slices_has(&tried, file))
				keep(m, dir, file);
			slices_add(m->arena, &tried, file);
		}
}

static int write_recipe(struct import *m, struct slice parent) {
	const struct spec *s = &m->read[0];
	struct slice dir = os_path(m->arena, parent, s->name);
	struct slice path = arena_printf(
		m->arena, SFMT "/" SFMT "_" SFMT ".bb", SARG(dir), SARG(s->name), SARG(s->version));
	if (os_exists(path.p)) {
		error("import: %s: is there already: move it away first", path.p);
		return -1;
	}
	m->draft.from = os_basename(text_mask(m->arena, m->from));
	struct slice text = draft_recipe(m->arena, &m->draft);
	if (os_mkparents(path.p) || os_write(path.p, text, 0644, false)) {
		error("import: %s: %s", path.p, strerror(errno));
		return -1;
	}
	keep_files(m, dir);
	printf("%s\n", path.p);
	return 0;
}

static int import(struct import *m, struct slice parent) {
	if (open_package(m) < 0 || read_spec(m) < 0)
		return -1;
	if (get_patches(m) && read_spec(m) < 0)
		return -1;
	get_sources(m);
	sum_files(m);
	look_inside(m);
	return write_recipe(m, parent);
}

int import_package(struct arena *a, const struct options *o) {
	struct import m = { .arena = a };
	char scratch[] = "/tmp/bake-import-XXXXXX";
	if (o->words.n < 1 || o->words.n > 2) {
		error("import: name a spec, an SRPM or the URL of one, and perhaps a directory");
		return 2;
	}
	if (!mkdtemp(scratch)) {
		error("import: %s: %s", scratch, strerror(errno));
		return 1;
	}
	m.from = arena_dup(a, o->words.v[0]);
	m.scratch = scratch;
	int rc = import(&m, o->words.n > 1 ? arena_dup(a, o->words.v[1]) : SLICE("."));
	os_remove(scratch);
	return rc ? 1 : 0;
}
