/* reference: where ${NAME} and ${@code} stand in a text. Nothing is looked up. */
#ifndef BAKE_REFERENCE_H
#define BAKE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

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

#endif
