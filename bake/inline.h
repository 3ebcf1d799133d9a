/* inline: evaluates the tree of a ${@…} for a store, and says what it may read. */
#ifndef BAKE_INLINE_H
#define BAKE_INLINE_H

#include <stdbool.h>

struct arena;
struct data;
struct data_inline;
struct data_refs;
struct expr;
struct fault;
struct slice;
struct value;

/* What data_set_inline wants. Trees are kept by text for the life of the process. */
const struct data_inline *inline_hooks(void);
/* The value of a tree for d; results live in data_arena(d). Raises. */
struct value inline_eval(struct data *d, const struct expr *e);
/* Did an evaluation fail only because a function it calls is not there, or in Python alone? */
bool inline_lacks_function(const struct fault *f);
/* Did an evaluation fail for want of Python: a function that is there in Python alone, a module of
 * Python's, an anonymous function (INLINE_ANONYMOUS is how its message begins)? */
bool inline_wants_python(const struct fault *f);
#define INLINE_ANONYMOUS "anonymous Python function: only Python could run it"
/* Variables read, functions called and words asked of a variable, by the text of the calls
 * alone. */
void inline_refs(const struct expr *e, struct data_refs *refs);

#endif
