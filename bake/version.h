/* version: BitBake's order of versions. */
#ifndef BAKE_VERSION_H
#define BAKE_VERSION_H

#include "util.h"

/* <0, 0 or >0. One part: runs of digits compare as numbers, letters as text, "~" before everything.
 * */
int version_compare_part(struct slice a, struct slice b);
/* Whole versions "PE:PV-PR". */
int version_compare(struct slice a, struct slice b);

#endif
