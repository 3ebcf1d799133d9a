/* draft: the text of a first recipe, from what a spec says. */
#ifndef BAKE_DRAFT_H
#define BAKE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;
struct spec;

enum { DRAFT_ARCHS = 3 };
/* For which the spec is read, as rpm names them. */
extern const char *const draft_arch[DRAFT_ARCHS];

/* A source archive or other file of the package. */
struct draft_file {
	struct slice name;       /* as the spec has it */
	struct slice sha256;     /* empty: it is not in the package, nor to be had */
	bool fetched;            /* it is not in the package: the sum is of what its address gave */
};

struct draft {
	const struct spec *spec[DRAFT_ARCHS];    /* the same spec for each architecture */
	struct slice from;       /* where it came from, for the recipe's first line */
	struct draft_file *file; /* one a source of spec[0] */
	struct slices texts;     /* "file://COPYING;md5=…" of the licence files that were found */
	bool configure;          /* the sources have a configure script */
};

/* The recipe. What could not be mapped is in it as comments. */
struct slice draft_recipe(struct arena *a, const struct draft *f);
/* An RPM licence tag in SPDX, with & and |; *doubts receives the names that were guessed or
 * unknown. */
struct slice draft_licence(struct arena *a, struct slice tag, struct slices *doubts);
/* Does the source come with the recipe (it is no URL)? */
bool draft_is_local(struct slice url);

#endif
