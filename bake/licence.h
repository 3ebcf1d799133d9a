/* licence: what LICENSE of a recipe says, in the words of SPDX. */
#ifndef BAKE_LICENCE_H
#define BAKE_LICENCE_H

#include <stdbool.h>

#include "util.h"

struct arena;
struct data;
struct licences;

/* The names that are SPDX's (SPDX_LICENSES) and those that stand for one (SPDXLICENSEMAP). */
struct licences *licences_new(struct arena *a, struct data *config);
/* "GPLv2 & (MIT | PD)" as "GPL-2.0-only AND (MIT OR LicenseRef-PD)": a valid SPDX expression. A blank
 * between two names counts as &. Unset when nothing is said. In the arena of l. */
struct slice licences_expression(struct licences *l, struct slice text);
/* The names met so far that are not SPDX's, as written, sorted. */
const struct slices *licences_foreign(struct licences *l);
/* "LicenseRef-…" for such a name. */
struct slice licence_reference(struct arena *a, struct slice name);
/* Adds each name of an expression once, as written: without operators and parentheses. */
void licence_names(struct arena *a, struct slice text, struct slices *names);
/* Must the source of this recipe be offered to whom its programs are given? By the names in its LICENSE and
 * COPYLEFT_LICENSE_INCLUDE, _EXCLUDE (globs), COPYLEFT_PN_INCLUDE, _EXCLUDE, as in class copyleft_filter of
 * OpenEmbedded; a choice ("|") that includes such a licence counts. What is built for this machine
 * (native, cross) is given to nobody: COPYLEFT_RECIPE_TYPES. */
bool licence_copyleft(struct data *recipe);

#endif
