/* sigdiff: two sorted lists of lines, merged. */
#include "sigdiff.h"

#include <stdlib.h>
#include <string.h>

struct line {
	struct slice name, value;        /* value unset: the variable is */
};

static int by_name(const void *x, const void *y) {
	const struct line *a = x, *b = y;
	int order = slice_cmp(a->name, b->name);
	return order ? order : slice_cmp(a->value, b->value);
}

static struct line *read_lines(struct arena *a, struct slice text, size_t *count) {
	struct slice rest = text, row;
	size_t n = 0, rows = 0, at;
	for (size_t i = 0; i < text.n; i++)
		rows += text.p[i] == '\n';
	struct line *list = ARENA_ARRAY(a, struct line, rows + 2);
	while (n <= rows && slice_field(&rest, '\n', &row)) {
		if (!row.n)
			continue;
		bool set = slice_find(row, " ", &at);
		list[n++] = (struct line){ slice_sub(row, 0, set ? at : row.n),
			set ? slice_sub(row, at + 1, row.n) : SLICE_NONE };
	}
	qsort(list, n, sizeof *list, by_name);
	*count = n;
	return list;
}

static struct slice unescape(struct arena *a, struct slice s) {
	struct buf out = { .arena = a };
	if (!s.p || !memchr(s.p, '\\', s.n))
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			buf_addc(&out, s.p[i]);
			continue;
		}
		char c = s.p[++i];
		buf_addc(&out, c == 'n' ? '\n' : c == 't' ? '\t' : c);
	}
	return buf_slice(&out);
}

static bool cut(struct slice *name, const char *prefix) {
	if (!slice_starts(*name, prefix))
		return false;
	*name = slice_sub(*name, strlen(prefix), name->n);
	return true;
}

/* What a line is about; false: it does not count by itself. */
static bool classify(struct sigchange *c) {
	if (!slice_starts(c->name, "@"))
		c->kind = SIGCHANGE_VARIABLE;
	else if (cut(&c->name, "@file/"))
		c->kind = SIGCHANGE_FILE;
	else if (cut(&c->name, "@dep/"))
		c->kind = SIGCHANGE_DEPENDENCY;
	else if (slice_is(c->name, "@compiler"))
		c->kind = SIGCHANGE_COMPILER;
	else if (cut(&c->name, "@tool/"))
		c->kind = SIGCHANGE_TOOL;
	else if (slice_is(c->name, "@taint"))
		c->kind = SIGCHANGE_FORCED;
	else if (slice_is(c->name, "@base"))
		c->kind = SIGCHANGE_BASE;
	else
		return false;
	return true;
}

/* Of "hash-as-seen own-hash", the first. */
static struct slice seen(struct slice value) {
	struct slice word = SLICE_NONE;
	slice_word(&value, &word);
	return word;
}

static bool same(const struct line *o, const struct line *n) {
	if (slice_starts(o->name, "@dep/"))
		return slice_eq(seen(o->value), seen(n->value));
	return (o->value.p != NULL) == (n->value.p != NULL) && slice_eq(o->value, n->value);
}

struct merge {
	struct arena *arena;
	struct sigchange *v;
	size_t n;
};

static void add(struct merge *m, const struct line *o, const struct line *n) {
	struct sigchange c = { .name = o ? o->name : n->name, .before = o, .after = n };
	if (!classify(&c))
		return;
	c.was = o ? unescape(m->arena, o->value) : SLICE_NONE;
	c.now = n ? unescape(m->arena, n->value) : SLICE_NONE;
	m->v[m->n++] = c;
}

static bool has_kind(const struct merge *m, enum sigchange_kind kind) {
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].kind == kind)
			return true;
	return false;
}

/* Is c a flag of a variable that came or went itself, which says it all? The names are sorted. */
static bool goes_with(const struct sigchange *whole, const struct sigchange *c) {
	size_t n = whole->name.n;
	return whole->before != whole->after && c->before == whole->before &&
		c->after == whole->after && c->name.n > n && c->name.p[n] == '[' &&
		memcmp(c->name.p, whole->name.p, n) == 0;
}

static void drop_flags(struct merge *m) {
	size_t n = 0, whole = 0;
	for (size_t i = 0; i < m->n; i++) {
		if (n && goes_with(&m->v[whole], &m->v[i]))
			continue;
		if (!memchr(m->v[i].name.p, '[', m->v[i].name.n))
			whole = n;
		m->v[n++] = m->v[i];
	}
	m->n = n;
}

/* Dependencies last, and the base hash only where no variable tells why it differs. */
static void put_in_order(struct merge *m) {
	struct sigchange *v = ARENA_ARRAY(m->arena, struct sigchange, m->n + 1);
	bool told = has_kind(m, SIGCHANGE_VARIABLE);
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].kind != SIGCHANGE_DEPENDENCY && !(told && m->v[i].kind == SIGCHANGE_BASE))
			v[n++] = m->v[i];
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].kind == SIGCHANGE_DEPENDENCY)
			v[n++] = m->v[i];
	m->v = v;
	m->n = n;
}

/* Without the variables of one side, those of the other are no news. */
static bool lacks_variables(const struct line *v, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!slice_starts(v[i].name, "@"))
			return false;
	return true;
}

static struct line *without_variables(struct line *v, size_t *n) {
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (slice_starts(v[i].name, "@"))
			v[kept++] = v[i];
	*n = kept;
	return v;
}

struct sigchange *sigdiff(struct arena *a, struct slice old, struct slice new, size_t *count) {
	size_t olds, news, i = 0, k = 0;
	struct line *o = read_lines(a, old, &olds), *n = read_lines(a, new, &news);
	if (lacks_variables(o, olds))
		n = without_variables(n, &news);
	if (lacks_variables(n, news))
		o = without_variables(o, &olds);
	struct merge m = { .arena = a, .v = ARENA_ARRAY(a, struct sigchange, olds + news + 1) };
	while (i < olds || k < news) {
		int order = i == olds ? 1 : k == news ? -1 : slice_cmp(o[i].name, n[k].name);
		if (order < 0) {
			add(&m, &o[i++], NULL);
		} else if (order > 0) {
			add(&m, NULL, &n[k++]);
		} else {
			if (!same(&o[i], &n[k]))
				add(&m, &o[i], &n[k]);
			i++;
			k++;
		}
	}
	drop_flags(&m);
	put_in_order(&m);
	*count = m.n;
	return m.v;
}
