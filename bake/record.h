/* record: a recipe's record as bytes and back, for pipes and files. */
#ifndef BAKE_RECORD_H
#define BAKE_RECORD_H

#include <stddef.h>

struct arena;
struct buf;
struct recipe;
struct slice;

void record_pack(const struct recipe *r, struct buf *out);
/* Takes one record off *bytes, which must live as long as r: its texts point there; lists are in a.
 * Returns −1, with nothing promised of r, for bytes record_pack did not write. */
int record_unpack(struct slice *bytes, struct arena *a, struct recipe *r);

#endif
