/* cyclonedx: a bill of materials as CycloneDX 1.5 (ECMA-424), in JSON. */
#ifndef BAKE_CYCLONEDX_H
#define BAKE_CYCLONEDX_H

#include <stdio.h>

struct bom;

/* Components are the packages of the images, and recipes that only helped to build (scope excluded);
 * sources and patches are a component's references and pedigree. Errors of out are left to the
 * caller. */
void cyclonedx_write(const struct bom *b, FILE *out);

#endif
