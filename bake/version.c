/* A part is cut into components of rank: tilde below the end of the text, then the end, numbers
 * (the end counts as a number smaller than any), letters, anything else. */
#include "version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum rank { RANK_TILDE = -1, RANK_NUMBER, RANK_LETTERS, RANK_OTHER };

struct component {
	int rank;
	bool end;
	struct slice text;       /* of a number: without leading zeros */
};

static size_t run(struct slice s, int (*test)(int)) {
	size_t n = 0;
	while (n < s.n && (unsigned char)s.p[n] < 0x80 && test((unsigned char)s.p[n]))
		n++;
	return n;
}

static struct component next_component(struct slice *rest) {
	struct component c = { .end = !rest->n };
	if (c.end)
		return c;
	size_t n = run(*rest, isdigit), zeros = 0;
	c.rank = RANK_NUMBER;
	if (!n) {
		n = run(*rest, isalpha);
		c.rank = RANK_LETTERS;
	}
	if (!n) {
		n = 1;
		c.rank = rest->p[0] == '~' ? RANK_TILDE : RANK_OTHER;
	}
	while (c.rank == RANK_NUMBER && zeros < n && rest->p[zeros] == '0')
		zeros++;
	c.text = slice_sub(*rest, zeros, n);
	*rest = slice_sub(*rest, n, rest->n);
	return c;
}

static int order(struct component a, struct component b) {
	if (a.rank != b.rank)
		return a.rank < b.rank ? -1 : 1;
	if (a.end || b.end)
		return a.end ? -1 : 1;
	if (a.rank == RANK_NUMBER && a.text.n != b.text.n)
		return a.text.n < b.text.n ? -1 : 1;
	return slice_cmp(a.text, b.text);
}

int version_compare_part(struct slice a, struct slice b) {
	for (;;) {
		struct component x = next_component(&a), y = next_component(&b);
		if (x.end && y.end)
			return 0;
		int c = order(x, y);
		if (c)
			return c;
	}
}

struct whole {
	long epoch;
	struct slice version, revision;
};

static struct whole split(struct slice s) {
	struct whole w = { .revision = SLICE("") };
	while (s.n && strchr(" <>=", s.p[0]))
		s = slice_sub(s, 1, s.n);
	while (s.n && strchr(" <>=", s.p[s.n - 1]))
		s = slice_sub(s, 0, s.n - 1);
	size_t at;
	if (slice_find(s, ":", &at)) {
		w.epoch = strtol(s.p, NULL, 10);
		s = slice_sub(s, at + 1, s.n);
		if (slice_find(s, ":", &at))
			s = slice_sub(s, 0, at);
	}
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '-') {
			w.revision = slice_sub(s, i + 1, s.n);
			s = slice_sub(s, 0, i);
			break;
		}
	w.version = s;
	return w;
}

int version_compare(struct slice a, struct slice b) {
	struct whole x = split(a), y = split(b);
	if (x.epoch != y.epoch)
		return x.epoch < y.epoch ? -1 : 1;
	int c = version_compare_part(x.version, y.version);
	return c ? c : version_compare_part(x.revision, y.revision);
}
