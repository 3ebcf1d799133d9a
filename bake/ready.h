/* ready: the tasks that may start now, the one with the longest remaining path first. */
#ifndef BAKE_READY_H
#define BAKE_READY_H

#include <stddef.h>

struct task;

/* A binary heap; start from {0}, ready_free at the end. */
struct ready {
	struct task **v;
	size_t n, cap;
};

void ready_push(struct ready *r, struct task *t);
struct task *ready_top(const struct ready *r);       /* NULL when empty */
struct task *ready_pop(struct ready *r);             /* NULL when empty */
void ready_free(struct ready *r);

#endif
