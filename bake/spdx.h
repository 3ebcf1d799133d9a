/* spdx: a bill of materials as SPDX 2.3 (ISO/IEC 5962 with the later additions), in JSON. */
#ifndef BAKE_SPDX_H
#define BAKE_SPDX_H

#include <stdio.h>

struct bom;

/* Images contain packages, those are generated from recipes, recipes from sources; patches are files.
 * Errors of out are left to the caller. */
void spdx_write(const struct bom *b, FILE *out);

#endif
