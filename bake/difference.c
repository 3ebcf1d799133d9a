/* difference: two sorted walks, merged. An archive that differs is looked into, because its name alone
 * says little; when all within is equal, its packing differs. */
#include "difference.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "archive.h"
#include "os.h"
#include "util.h"

enum { SHOWN = 40 };             /* bytes of a line on either side of a difference */

static void add(struct differences *d, struct slice path, struct slice what) {
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 8;
		struct difference *v = ARENA_ARRAY(d->arena, struct difference, cap);
		for (size_t i = 0; i < d->n; i++)
			v[i] = d->v[i];
		d->v = v;
		d->cap = cap;
	}
	d->v[d->n++] = (struct difference){ arena_str(d->arena, path), arena_str(d->arena, what) };
}

struct pair {
	const char *one, *other, *scratch;       /* directories */
	struct arena *arena;
};

/* --- contents --- */

/* Unpacks both and adds what differs within; false when they cannot be unpacked or nothing does. */
static bool look_inside(struct differences *d, const struct pair *p, const char *name) {
	struct arena *a = p->arena;
	const char *dir[2] = { arena_printf(a, "%s/1", p->scratch).p,
		arena_printf(a, "%s/2", p->scratch).p };
	const char *file[2] = { arena_printf(a, "%s/%s", p->one, name).p,
		arena_printf(a, "%s/%s", p->other, name).p };
	struct differences within = { .arena = d->arena };
	int rc = os_remove(p->scratch);
	for (int i = 0; i < 2 && rc == 0; i++) {
		struct archive_unpack u = { .file = file[i], .dir = dir[i] };
		rc = os_mkdirs(dir[i]) || archive_unpack(&u) ? -1 : 0;
	}
	if (rc == 0)
		rc = difference_trees(&within, dir[0], dir[1],
			arena_printf(a, "%s/within", p->scratch).p);
	os_remove(p->scratch);
	for (size_t i = 0; i < within.n && rc == 0; i++)
		add(d, arena_printf(a, "%s: %s", name, within.v[i].path), slice_of(within.v[i].what));
	return rc == 0 && within.n > 0;
}

/* Has it no control characters but blanks and line ends? */
static bool is_text(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && !isspace((unsigned char)s.p[i]))
			return false;
	return true;
}

/* The line of text that byte `at` is in, or what of a long one is around it. */
static struct slice line_around(struct arena *a, struct slice text, size_t at) {
	size_t from = at, to = at;
	while (from > 0 && text.p[from - 1] != '\n' && at - from < SHOWN)
		from--;
	while (to < text.n && text.p[to] != '\n' && to - at < SHOWN)
		to++;
	bool cut_before = from > 0 && text.p[from - 1] != '\n';
	bool cut_behind = to < text.n && text.p[to] != '\n';
	return arena_printf(a, "%s" SFMT "%s", cut_before ? "…" : "", SARG(slice_sub(text, from, to)),
		cut_behind ? "…" : "");
}

static size_t line_number(struct slice text, size_t at) {
	size_t line = 1;
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

/* Where two contents begin to differ; of texts the line, as both have it. */
static struct slice first_difference(struct arena *a, struct slice x, struct slice y) {
	struct buf out = { .arena = a };
	size_t at = 0;
	while (at < x.n && at < y.n && x.p[at] == y.p[at])
		at++;
	buf_addf(&out, "byte %zu of %zu", at + 1, x.n);
	if (x.n != y.n)
		buf_addf(&out, " and %zu", y.n);
	if (is_text(x) && is_text(y))
		buf_addf(&out, ", line %zu: \"" SFMT "\" and \"" SFMT "\"", line_number(x, at),
			SARG(line_around(a, x, at)), SARG(line_around(a, y, at)));
	return buf_slice(&out);
}

static void compare_bytes(struct differences *d, const struct pair *p, const char *name) {
	struct arena *a = arena_new();
	struct slice x, y;
	if (os_read(a, arena_printf(a, "%s/%s", p->one, name).p, &x)
			|| os_read(a, arena_printf(a, "%s/%s", p->other, name).p, &y)) {
		add(d, slice_of(name), arena_printf(a, "cannot be read: %s", strerror(errno)));
	} else if (slice_eq(x, y)) {
		d->same++;
	} else if (!archive_is_tree(name) || !look_inside(d, p, name)) {
		add(d, slice_of(name), first_difference(a, x, y));
	}
	arena_free(a);
}

/* --- entries --- */

static void compare_entry(struct differences *d, const struct pair *p, const struct os_entry *x,
		const struct os_entry *y) {
	struct slice path = slice_of(x->path);
	size_t before = d->n;
	if (x->type != y->type) {
		add(d, path, arena_printf(p->arena, "type %c and %c", x->type, y->type));
		return;
	}
	if (x->type == 'l') {
		if (strcmp(x->target, y->target) != 0)
			add(d, path, arena_printf(p->arena, "link to %s and %s", x->target, y->target));
		return;
	}
	if (x->type == 'f')
		compare_bytes(d, p, x->path);
	if (x->mode != y->mode)
		add(d, path, arena_printf(p->arena, "mode %o and %o", (unsigned)x->mode,
			(unsigned)y->mode));
	else if (d->n == before && x->type == 'f' && x->mtime != y->mtime)
		add(d, path, arena_printf(p->arena, "time %lld and %lld", (long long)x->mtime,
			(long long)y->mtime));
}

struct walk {
	struct os_entry *v;
	size_t n, at;
};

static void merge(struct differences *d, const struct pair *p, struct walk *x, struct walk *y) {
	while (x->at < x->n || y->at < y->n) {
		const struct os_entry *e = x->at < x->n ? &x->v[x->at] : NULL;
		const struct os_entry *f = y->at < y->n ? &y->v[y->at] : NULL;
		int order = !e ? 1 : !f ? -1 : strcmp(e->path, f->path);
		d->files += (order <= 0 ? e : f)->type == 'f';
		if (order == 0)
			compare_entry(d, p, e, f);
		else
			add(d, slice_of((order < 0 ? e : f)->path),
				order < 0 ? SLICE("only in the first") : SLICE("only in the second"));
		x->at += order <= 0;
		y->at += order >= 0;
	}
}

int difference_trees(struct differences *d, const char *one, const char *other,
		const char *scratch) {
	struct pair p = { one, other, scratch, arena_new() };
	struct walk x = { 0 }, y = { 0 };
	int rc = -1;
	if (os_walk(p.arena, one, &x.v, &x.n))
		error("%s: %s", one, strerror(errno));
	else if (os_walk(p.arena, other, &y.v, &y.n))
		error("%s: %s", other, strerror(errno));
	else
		rc = 0;
	if (rc == 0)
		merge(d, &p, &x, &y);
	arena_free(p.arena);
	return rc;
}
