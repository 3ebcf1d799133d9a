/* answer: what reading a variable gives: overrides, operations, expansion. Part of the store. */
#ifndef BAKE_ANSWER_H
#define BAKE_ANSWER_H

#include <stdbool.h>

#include "util.h"

struct answer;
struct atom;
struct data;
struct data_refs;
struct override;
struct slot;

/* Makes sure that OVERRIDES is known as a list and a set. Raises when it does not settle. */
void answer_know_overrides(struct data *d);
/* Is every part of the override in OVERRIDES? (which must be known) */
bool answer_active(const struct data *d, const struct override *o);

/* What reading the variable of s gives now; expanded only when asked for. Raises. Valid until the
 * next write to d. */
struct answer *answer_of(struct data *d, struct slot *s, bool expanded);
/* Expands text. self: the variable it is the text of (it must not name itself); r receives what was
 * referred to. Both may be NULL. Raises. */
struct slice answer_expand(struct data *d, struct slice text, const struct atom *self,
		struct answer *r);
/* Adds what an answer referred to. */
void answer_references(struct data *d, const struct answer *r, struct data_refs *refs);

#endif
