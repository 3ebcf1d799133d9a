/* diff: a table of longest common subsequences over what lies between the common head and the common
 * tail. Texts here are recipes and functions, so the table is small; where it would not be, the
 * middle counts as replaced. */
#include "diff.h"

#include <string.h>

enum { MOST_CELLS = 4 << 20 };

struct side {
	struct slice *line;
	size_t n;
};

/* An edit script: a line of the old text (' ' or '-'), or one of the new ('+'). */
struct edit {
	char kind;
	struct slice line;
	size_t old, new;                 /* how many lines of each come before it */
};

struct script {
	struct edit *v;
	size_t n;
};

static struct side split(struct arena *a, struct slice text) {
	struct side s = { 0 };
	size_t lines = 1;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	s.line = ARENA_ARRAY(a, struct slice, lines);
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		s.line[s.n++] = slice_sub(text, 0, n);
		text = slice_sub(text, end ? n + 1 : n, text.n);
	}
	return s;
}

static void edit(struct script *s, char kind, struct slice line) {
	struct edit e = { .kind = kind, .line = line };
	if (s->n) {
		const struct edit *last = &s->v[s->n - 1];
		e.old = last->old + (last->kind != '+');
		e.new = last->new + (last->kind != '-');
	}
	s->v[s->n++] = e;
}

/* lcs[i * (m + 1) + k]: how many lines the rests from i and k have in common; NULL: not known. */
static uint32_t *common(struct arena *a, const struct side *x, const struct side *y) {
	size_t m = y->n;
	if (x->n && m > MOST_CELLS / x->n)
		return NULL;
	uint32_t *lcs = ARENA_ARRAY(a, uint32_t, (x->n + 1) * (m + 1));
	for (size_t i = x->n; i-- > 0;)
		for (size_t k = m; k-- > 0;) {
			uint32_t down = lcs[(i + 1) * (m + 1) + k], right = lcs[i * (m + 1) + k + 1];
			lcs[i * (m + 1) + k] = slice_eq(x->line[i], y->line[k])
				? lcs[(i + 1) * (m + 1) + k + 1] + 1 : down > right ? down : right;
		}
	return lcs;
}

static void edit_middle(struct arena *a, struct script *s, struct side x, struct side y) {
	const uint32_t *lcs = common(a, &x, &y);
	size_t i = 0, k = 0, m = y.n;
	while (lcs && i < x.n && k < m) {
		if (slice_eq(x.line[i], y.line[k])) {
			edit(s, ' ', x.line[i++]);
			k++;
		} else if (lcs[(i + 1) * (m + 1) + k] >= lcs[i * (m + 1) + k + 1]) {
			edit(s, '-', x.line[i++]);
		} else {
			edit(s, '+', y.line[k++]);
		}
	}
	while (i < x.n)
		edit(s, '-', x.line[i++]);
	while (k < m)
		edit(s, '+', y.line[k++]);
}

static struct script compare(struct arena *a, struct side x, struct side y) {
	struct script s = { .v = ARENA_ARRAY(a, struct edit, x.n + y.n + 1) };
	size_t head = 0, tail = 0;
	while (head < x.n && head < y.n && slice_eq(x.line[head], y.line[head]))
		edit(&s, ' ', x.line[head++]);
	while (tail < x.n - head && tail < y.n - head &&
			slice_eq(x.line[x.n - 1 - tail], y.line[y.n - 1 - tail]))
		tail++;
	edit_middle(a, &s, (struct side){ x.line + head, x.n - head - tail },
			(struct side){ y.line + head, y.n - head - tail });
	for (size_t i = x.n - tail; i < x.n; i++)
		edit(&s, ' ', x.line[i]);
	return s;
}

/* The end of the hunk that begins at `from`: as far as changes are near each other. */
static size_t hunk_end(const struct script *s, size_t from, size_t context) {
	size_t last = from;
	for (size_t i = from; i < s->n && i <= last + 2 * context + 1; i++)
		if (s->v[i].kind != ' ')
			last = i;
	return last + context + 1 < s->n ? last + context + 1 : s->n;
}

static void add_hunk(struct buf *out, const struct script *s, size_t from, size_t to) {
	size_t olds = 0, news = 0;
	for (size_t i = from; i < to; i++) {
		olds += s->v[i].kind != '+';
		news += s->v[i].kind != '-';
	}
	const struct edit *first = &s->v[from];
	buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", first->old + (olds > 0), olds,
			first->new + (news > 0), news);
	for (size_t i = from; i < to; i++)
		buf_addf(out, "%c" SFMT "\n", s->v[i].kind, SARG(s->v[i].line));
}

size_t diff_unified(struct buf *out, struct slice old, struct slice new, size_t context) {
	struct arena *a = arena_new();
	struct script s = compare(a, split(a, old), split(a, new));
	size_t changed = 0;
	for (size_t i = 0, shown = 0; i < s.n; i++) {
		changed += s.v[i].kind != ' ';
		if (s.v[i].kind == ' ' || i < shown)
			continue;
		size_t to = hunk_end(&s, i, context);
		size_t from = i > shown + context ? i - context : shown;
		add_hunk(out, &s, from, to);
		shown = to;
	}
	arena_free(a);
	return changed;
}
