/* unpack: BitBake's rules of where a source goes. Nothing leaves dir: subdir= and destsuffix= are
 * checked, archives check themselves. */
#include "unpack.h"
#include "archive.h"
#include "data.h"
#include "hunt.h"
#include "os.h"
#include "repository.h"
#include "source.h"

#include <errno.h>
#include <string.h>

/* --- what parameters say --- */

static bool wanted_unpacked(const struct source *s) {
	return uri_flag(&s->uri, "unpack", true);
}

/* striplevel= of an archive; raises for what is no number. */
static unsigned strip_of(const struct source *s) {
	struct slice strip = uri_param(&s->uri, "striplevel");
	uint64_t n;
	if (!strip.p || source_is_patch(s))
		return 0;
	if (!slice_number(strip, &n) || n > 1000)
		raise_error("SRC_URI: " SFMT ": striplevel=\"" SFMT "\" is no number of directories",
			SARG(s->uri.text), SARG(strip));
	return (unsigned)n;
}

/* --- names --- */

/* dir or a directory below it, made. A source that was unpacked before may have left links there. */
static const char *directory(struct arena *a, const char *dir, const struct source *s,
		struct slice below) {
	const char *path = os_path(a, slice_of(dir), below).p;
	if (os_climbs(below) || !os_stays_below(a, dir, path))
		raise_error("SRC_URI: " SFMT ": \"" SFMT "\" is outside of %s", SARG(s->uri.text),
			SARG(below), dir);
	if (os_mkdirs(path))
		raise_error("%s: %s", path, strerror(errno));
	return path;
}

static const char *place(struct arena *a, const char *dir, const struct source *s) {
	struct slice subdir = uri_param(&s->uri, "subdir");
	return directory(a, dir, s, subdir.p ? subdir : SLICE(""));
}

/* The name a file has once it is unpacked: that of a compressed file without its ending. */
static struct slice unpacked_name(const struct source *s) {
	struct slice name = s->kind == SOURCE_LOCAL ? s->uri.path : os_basename(slice_of(s->path));
	while (name.n && name.p[0] == '/')
		name = slice_sub(name, 1, name.n);
	while (name.n && name.p[name.n - 1] == '/')
		name.n--;
	if (!archive_is_single(s->path ? s->path : "") || !wanted_unpacked(s))
		return name;
	size_t n = name.n;
	while (n && name.p[n - 1] != '.')
		n--;
	return slice_sub(name, 0, n ? n - 1 : 0);
}

/* --- one source --- */

/* Bytes that one archive may unpack to; 0: what archive finds sane. */
static uint64_t most_bytes(struct data *d) {
	return (uint64_t)data_number(d, "BB_UNPACK_MOST_MB", 0) << 20;
}

static void unpack_tree(struct data *d, const char *dir, const struct source *s) {
	struct archive_unpack u = { .file = s->path, .dir = dir, .most_bytes = most_bytes(d),
		.strip = strip_of(s) };
	if (archive_unpack(&u))
		raise_error("SRC_URI: " SFMT ": not unpacked", SARG(s->uri.text));
}

/* Directories of a file:// path are made below dir too, as BitBake does. */
static void copy(struct data *d, const char *dir, const struct source *s) {
	struct arena *a = data_arena(d);
	const char *to = os_path(a, slice_of(dir), unpacked_name(s)).p;
	directory(a, dir, s, os_is_dir(s->path) ? unpacked_name(s) : os_dirname(unpacked_name(s)));
	if (archive_is_single(s->path) && wanted_unpacked(s)) {
		if (archive_expand(s->path, to, most_bytes(d)))
			raise_error("SRC_URI: " SFMT ": not unpacked", SARG(s->uri.text));
	} else if (os_is_file(s->path) ? os_copy_file(s->path, to) :
			os_copy_tree(s->path, to, false)) {
		raise_error("SRC_URI: " SFMT ": not copied to %s: %s", SARG(s->uri.text), to,
			strerror(errno));
	}
}

/* Where a repository goes, below its subdir=. */
static struct slice suffix_of(struct data *d, const struct source *s) {
	struct slice subpath = uri_param(&s->uri, "subpath");
	struct slice suffix = uri_param(&s->uri, "destsuffix");
	if (!suffix.p && subpath.p)
		suffix = os_basename(subpath);
	if (!suffix.p)
		suffix = data_text(d, "BB_GIT_DEFAULT_DESTSUFFIX");
	return suffix.n ? suffix : SLICE("git");
}

static void check_out(struct data *d, const char *dir, const struct source *s) {
	repository_unpack(d, s, directory(data_arena(d), dir, s, suffix_of(d, s)));
}

/* The files of two repositories in one directory are neither's. */
static void demand_places(struct data *d, const struct sources *all) {
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct source *a = &all->v[i], *b = &all->v[k];
			if (a->kind == SOURCE_GIT && b->kind == SOURCE_GIT &&
					slice_eq(suffix_of(d, a), suffix_of(d, b)) &&
					slice_eq(uri_param(&a->uri, "subdir"), uri_param(&b->uri, "subdir")))
				raise_error("SRC_URI: " SFMT " and " SFMT " would share the directory \"" SFMT
					"\": give one of them ;destsuffix=NAME", SARG(b->uri.text),
					SARG(a->uri.text), SARG(suffix_of(d, a)));
		}
}

static bool is_archive(const struct source *s) {
	return archive_is_tree(s->path) && os_is_file(s->path) && wanted_unpacked(s);
}

/* What a package brought is what the lock was made of. */
static void demand_locked(const struct source *s) {
	char hex[HASH_HEX];
	const struct slices *sums = &s->sums[HASH_SHA256];
	if (hash_file(HASH_SHA256, s->path, hex))
		raise_error("%s: %s", s->path, strerror(errno));
	if (!slices_has(sums, slice_of(hex)))
		raise_error("SRC_URI: " SFMT ": %s in the package has sha256 %s: it is not what was locked: bake "
			"lock --update", SARG(s->uri.text), os_basename(slice_of(s->path)).p, hex);
}

static void unpack_one(struct data *d, const char *dir, const struct source *s) {
	struct arena *a = data_arena(d);
	const char *to = place(a, dir, s);
	source_demand(s);
	source_path(d, s);
	if (s->kind == SOURCE_PACKAGE)
		demand_locked(s);
	if (s->kind == SOURCE_GIT)
		check_out(d, to, s);
	else if (is_archive(s))
		unpack_tree(d, to, s);
	else
		copy(d, to, s);
}

void unpack_all(struct data *d, const char *dir) {
	struct sources all = source_list(d);
	dir = os_absolute(data_arena(d), dir);
	if (os_mkdirs(dir))
		raise_error("%s: %s", dir, strerror(errno));
	demand_places(d, &all);
	for (size_t i = 0; i < all.n; i++)
		unpack_one(d, dir, &all.v[i]);
}

/* --- patches --- */

static struct slice patch_path(struct data *d, const struct source *s) {
	struct arena *a = data_arena(d);
	struct slice dir = data_text(d, "UNPACKDIR"), subdir = uri_param(&s->uri, "subdir");
	if (subdir.p)
		dir = os_path(a, dir, subdir);
	struct slice path = os_path(a, dir, unpacked_name(s));
	return os_exists(path.p) ? path : slice_of(source_path(d, s));
}

struct unpack_patch *unpack_patches(struct data *d, size_t *count) {
	struct sources all = source_list(d);
	struct unpack_patch *list = ARENA_ARRAY(data_arena(d), struct unpack_patch, all.n + 1);
	*count = 0;
	for (size_t i = 0; i < all.n; i++) {
		const struct source *s = &all.v[i];
		if (!source_is_patch(s))
			continue;
		struct slice strip = uri_param(&s->uri, "striplevel");
		if (!strip.p)
			strip = uri_param(&s->uri, "pnum");
		list[(*count)++] = (struct unpack_patch){
			.path = patch_path(d, s),
			.striplevel = strip.p ? strip : SLICE("1"),
			.patchdir = uri_param(&s->uri, "patchdir"),
		};
	}
	return list;
}
