/* dump: the whole evaluated metadata as JSON, for `bake -e --json`. */
#ifndef BAKE_DUMP_H
#define BAKE_DUMP_H

#include "util.h"

struct config;
struct fault;

/* What to write: a recipe (PN, file or id; unset: all) and variables (names, PREFIX* for all that
 * begin so; unset: all, and then hashes too). */
struct dump_wish {
	struct slice recipe, vars;
};

/* Writes one JSON object to standard output: config, functions, files, appends, layers, recipes,
 * errors; keys sorted. errors: faults met before (c may then be NULL). Returns how many errors
 * there were. */
size_t dump_json(struct config *c, const struct dump_wish *wish, const struct fault *errors,
		size_t count);
#endif
