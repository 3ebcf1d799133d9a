/* history: every write to a store, by variable, when somebody wants to know. */
#ifndef BAKE_HISTORY_H
#define BAKE_HISTORY_H

#include <stddef.h>

#include "place.h"       /* part of an event */
#include "util.h"

struct atom;
struct history;

struct data_event {
	const char *op;                  /* "set", "append", ":append[o]" … */
	struct place at;
	const struct atom *flag;         /* NULL: the value */
	const char *detail;
};

struct history *history_new(struct arena *a);
/* h NULL: nothing is kept. detail is copied. */
void history_add(struct history *h, const struct atom *name, struct data_event event,
		struct slice detail);
/* Copies the events of name to out, oldest first (NULL: only counts); returns how many. */
size_t history_list(const struct history *h, const struct atom *name, struct data_event *out);

#endif
