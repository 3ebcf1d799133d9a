/* dump: the whole evaluated metadata as JSON, for `bake -e --json`. */
#ifndef BAKE_DUMP_H
#define BAKE_DUMP_H

#include "util.h"

struct config;
struct fault;

/* Writes one JSON object to standard output: config, files, appends, layers, recipes, errors; keys
 * sorted. recipe: that PN, file or id alone; unset: all. errors: faults met before (c may then be
 * NULL). Returns how many errors there were. */
size_t dump_json(struct config *c, struct slice recipe, const struct fault *errors, size_t count);

#endif
