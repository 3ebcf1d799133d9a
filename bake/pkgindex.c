/* pkgindex: stanzas of "Field: value" lines to lines sorted by sum, which are searched by halving,
 * right in the file: an index of 100,000 files is looked at in microseconds. */
#include "pkgindex.h"

#include <stdlib.h>
#include <string.h>

enum { HASH_DIGITS = 64 };

/* A file named in a stanza: its sum and where it is. */
struct row {
	const char *hash;        /* HASH_DIGITS digits */
	struct slice dir, name;
};

struct rows {
	struct row *v;
	size_t n, cap;
	size_t stanza;           /* the first row of the stanza being read */
};

static void add_row(struct rows *r, struct slice hash, struct slice name) {
	if (hash.n != HASH_DIGITS)
		return;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 4096;
		r->v = xrealloc(r->v, r->cap * sizeof *r->v);
	}
	r->v[r->n++] = (struct row){ hash.p, SLICE(""), name };
}

static bool field_is(struct slice line, const char *name, struct slice *value) {
	if (!slice_starts(line, name))
		return false;
	*value = slice_trim(slice_sub(line, strlen(name), line.n));
	return true;
}

struct stanza {
	struct slice directory, filename, sha256;
	bool in_sums;            /* below "Checksums-Sha256:" */
};

/* The end of a stanza gives its rows their place. A package's stanza has one file, named by
 * itself. */
static void end_stanza(struct rows *r, struct stanza *s) {
	if (s->filename.n)
		add_row(r, s->sha256, s->filename);
	for (size_t i = r->stanza; i < r->n; i++)
		r->v[i].dir = s->directory;
	r->stanza = r->n;
	*s = (struct stanza){ .directory = SLICE("") };
}

static void read_line(struct rows *r, struct stanza *s, struct slice line) {
	struct slice hash, size, name;
	if (line.n && line.p[0] == ' ') {
		if (s->in_sums && slice_word(&line, &hash) && slice_word(&line, &size) &&
				slice_word(&line, &name))
			add_row(r, hash, name);
		return;
	}
	s->in_sums = slice_starts(line, "Checksums-Sha256:");
	if (!field_is(line, "Directory:", &s->directory) &&
			!field_is(line, "Filename:", &s->filename))
		field_is(line, "SHA256:", &s->sha256);
}

static int by_hash(const void *a, const void *b) {
	return memcmp(((const struct row *)a)->hash, ((const struct row *)b)->hash, HASH_DIGITS);
}

static struct slice write_rows(struct arena *a, const struct rows *r) {
	size_t size = 0;
	for (size_t i = 0; i < r->n; i++)
		size += HASH_DIGITS + 3 + r->v[i].dir.n + r->v[i].name.n;
	char *text = arena_alloc(a, size + 1), *p = text;
	for (size_t i = 0; i < r->n; i++) {
		const struct row *row = &r->v[i];
		p = mempcpy(p, row->hash, HASH_DIGITS);
		*p++ = ' ';
		if (row->dir.n) {
			p = mempcpy(p, row->dir.p, row->dir.n);
			*p++ = '/';
		}
		p = mempcpy(p, row->name.p, row->name.n);
		*p++ = '\n';
	}
	return (struct slice){ text, (size_t)(p - text) };
}

struct slice pkgindex_table(struct arena *a, struct slice index) {
	struct rows rows = { 0 };
	struct stanza s = { .directory = SLICE("") };
	for (struct slice line; index.p && slice_field(&index, '\n', &line);) {
		if (line.n == 0)
			end_stanza(&rows, &s);
		else
			read_line(&rows, &s, line);
	}
	end_stanza(&rows, &s);
	if (rows.n)
		qsort(rows.v, rows.n, sizeof *rows.v, by_hash);
	struct slice table = write_rows(a, &rows);
	free(rows.v);
	return table;
}

struct slice pkgindex_find(struct slice table, struct slice sha256) {
	size_t low = 0, high = table.n;
	while (low < high && sha256.n == HASH_DIGITS) {
		size_t at = low + (high - low) / 2;
		while (at > low && table.p[at - 1] != '\n')
			at--;
		const char *line = table.p + at;
		const char *end = memchr(line, '\n', table.n - at);
		size_t length = end ? (size_t)(end - line) : table.n - at;
		int order = length > HASH_DIGITS ? memcmp(sha256.p, line, HASH_DIGITS) : 1;
		if (order == 0)
			return slice_sub((struct slice){ line, length }, HASH_DIGITS + 1, length);
		if (order < 0)
			high = at;
		else
			low = at + length + 1;
	}
	return SLICE_NONE;
}
