/* reference: where ${NAME} and ${@code} stand in a text. Nothing is looked up. */
#ifndef BAKE_REFERENCE_H
#define BAKE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct data;
struct map;
struct slices;

struct reference {
	size_t from, to;         /* the whole of it, "${" to "}" */
	struct slice inner;      /* NAME, or the code behind the @ */
};

/* The first ${NAME} (letters, digits and -_+./~:) at or behind `from`. */
bool reference_name(struct slice text, size_t from, struct reference *r);
/* The first ${@code} likewise: code is all of one line and may hold balanced {…}. */
bool reference_code(struct slice text, size_t from, struct reference *r);
/* Does code end inside a string literal? ("${@'}'}" is cut at the first brace.) */
bool reference_unterminated(struct slice code);

/* What a text refers to; one level, nothing is followed. */
struct data_refs {
	struct map *vars;        /* set of atoms: variables referred to */
	struct map *calls;       /* set of atoms: functions an inline expression calls */
	struct map *contains;    /* atom → struct slices *: words asked of it (bb.utils.contains) */
	struct slices *removes;  /* the unexpanded :remove texts that took words out; may be NULL */
};

/* Code is evaluated by the module that knows how; the store only asks. */
struct data_inline {
	/* Evaluates code for d; the result is a new string in data_arena(d). Raises on failure. */
	struct slice (*eval)(struct data *d, struct slice code);
	/* Adds to refs what the code may read, without running it. */
	void (*refs)(struct data *d, struct slice code, struct data_refs *refs);
};

#endif
