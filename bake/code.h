/* code: what the text of a Lua function (or of a Python one, which is never run) reads and
 * calls. */
#ifndef BAKE_CODE_H
#define BAKE_CODE_H

#include <stdbool.h>

struct data_refs;
struct slice;

/* Adds to refs, by the words of the text alone: the variables of d:getVar("X") and its kin, the
 * words asked of bb.utils.contains("X", "words"), and the names of all functions called. */
void code_references(struct slice text, bool python, struct data_refs *refs);

#endif
