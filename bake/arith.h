/* arith: Python's binary operators on values. */
#ifndef BAKE_ARITH_H
#define BAKE_ARITH_H

#include "value.h"

/* op is an enum expr_op of a BINARY. Raises for kinds that do not go together, for division by zero
 * and for what outgrows 64 bits or a sane size. */
struct value arith_binary(struct arena *a, int op, struct value left, struct value right);
struct value arith_negate(struct value v);

#endif
