/* rewrite: two passes over a layer: one learns its overrides and variables, one converts. */
#include "rewrite.h"

#include <errno.h>
#include <string.h>

#include "diff.h"
#include "os.h"

enum { CONTEXT = 3 };

static bool is_wanted(struct arena *a, const char *dir, const struct os_entry *e) {
	struct slice path = os_path(a, slice_of(dir), slice_of(e->path));
	return e->type == 'f' && convert_kind_of(path) != CONVERT_NONE &&
		strncmp(e->path, ".git/", 5) != 0 && !strstr(e->path, "/.git/");
}

/* The name of a machine or a distribution is an override. */
static void learn_name(struct convert *c, struct slice path) {
	struct slice dir = os_basename(os_dirname(path)), name = os_basename(path);
	if (slice_ends(name, ".conf") && (slice_is(dir, "machine") || slice_is(dir, "distro")))
		convert_override(c, slice_sub(name, 0, name.n - strlen(".conf")));
}

static int read_file(struct arena *a, const char *dir, const struct os_entry *e,
		struct rewrite_file *f) {
	f->path = os_path(a, slice_of(dir), slice_of(e->path));
	f->mode = e->mode;
	if (os_read(a, f->path.p, &f->old) == 0)
		return 0;
	error("%s: %s", f->path.p, strerror(errno));
	return -1;
}

int rewrite_plan(struct arena *a, const char *dir, const struct slices *overrides,
		struct rewrite *out) {
	struct os_entry *entry;
	struct convert *c = convert_new(a);
	size_t count, n = 0;
	if (os_walk(a, dir, &entry, &count) < 0) {
		error("%s: %s", dir, strerror(errno));
		return -1;
	}
	struct rewrite_file *all = ARENA_ARRAY(a, struct rewrite_file, count + 1);
	for (size_t i = 0; i < overrides->n; i++)
		convert_override(c, overrides->v[i]);
	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(a, dir, &entry[i]))
			continue;
		if (read_file(a, dir, &entry[i], &all[n]) < 0)
			return -1;
		learn_name(c, all[n].path);
		convert_learn(c, all[n].old, convert_kind_of(all[n].path));
		n++;
	}
	*out = (struct rewrite){ .v = all, .files = n };
	for (size_t i = 0; i < n; i++) {
		struct rewrite_file *f = &all[i];
		f->new = convert_text(c, a, f->old, convert_kind_of(f->path), &f->hits);
		if (!slice_eq(f->old, f->new))
			all[out->n++] = *f;
	}
	return 0;
}

void rewrite_diff(const struct rewrite_file *f, FILE *out) {
	struct buf text = { 0 };
	diff_unified(&text, f->old, f->new, CONTEXT);
	fprintf(out, "--- " SFMT "\n+++ " SFMT "\n" SFMT, SARG(f->path), SARG(f->path),
			SARG(buf_slice(&text)));
	buf_free(&text);
}

int rewrite_write(const struct rewrite *all) {
	for (size_t i = 0; i < all->n; i++) {
		const struct rewrite_file *f = &all->v[i];
		if (os_write(f->path.p, f->new, f->mode, false) == 0)
			continue;
		error("%s: %s", f->path.p, strerror(errno));
		return -1;
	}
	return 0;
}
