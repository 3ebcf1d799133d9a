/* diff: the lines in which two texts differ. */
#ifndef BAKE_DIFF_H
#define BAKE_DIFF_H

#include <stddef.h>

#include "util.h"

/* Adds the hunks of a unified diff ("@@ -1,3 +1,4 @@", then lines that begin with blank, - or +)
 * with so many lines of context. Returns how many lines differ; equal texts add nothing. */
size_t diff_unified(struct buf *out, struct slice old, struct slice new, size_t context);

#endif
