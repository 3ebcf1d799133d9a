/* pkgindex: what the index of a package archive (Sources or Packages) holds, by sha256. Pure. */
#ifndef BAKE_PKGINDEX_H
#define BAKE_PKGINDEX_H

#include "util.h"

struct arena;

/* The table of an index: "HASH PATH" lines sorted by hash, in a. */
struct slice pkgindex_table(struct arena *a, struct slice index);
/* The path beside the hash in such a table; unset when it is not there. */
struct slice pkgindex_find(struct slice table, struct slice sha256);

#endif
