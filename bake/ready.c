/* ready: ties in weight go to the lower number, so that the order of a build does not depend on
 * when things were pushed. */
#include "ready.h"

#include <stdbool.h>
#include <stdlib.h>

#include "graph.h"
#include "util.h"

static bool before(const struct task *a, const struct task *b) {
	return a->weight != b->weight ? a->weight > b->weight : a->number < b->number;
}

static void swap(struct ready *r, size_t i, size_t k) {
	struct task *t = r->v[i];
	r->v[i] = r->v[k];
	r->v[k] = t;
}

void ready_push(struct ready *r, struct task *t) {
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		r->v = xrealloc(r->v, r->cap * sizeof *r->v);
	}
	r->v[r->n++] = t;
	for (size_t i = r->n - 1; i > 0 && before(r->v[i], r->v[(i - 1) / 2]); i = (i - 1) / 2)
		swap(r, i, (i - 1) / 2);
}

struct task *ready_top(const struct ready *r) {
	return r->n ? r->v[0] : NULL;
}

struct task *ready_pop(struct ready *r) {
	if (r->n == 0)
		return NULL;
	struct task *top = r->v[0];
	r->v[0] = r->v[--r->n];
	for (size_t i = 0;;) {
		size_t best = i, left = 2 * i + 1;
		for (size_t k = left; k < left + 2 && k < r->n; k++)
			if (before(r->v[k], r->v[best]))
				best = k;
		if (best == i)
			return top;
		swap(r, i, best);
		i = best;
	}
}

void ready_free(struct ready *r) {
	free(r->v);
	*r = (struct ready){ 0 };
}
