/* listing: a variable with its history for people (as bitbake -e has it) and as JSON. */
#ifndef BAKE_LISTING_H
#define BAKE_LISTING_H

#include "util.h"

struct arena;
struct atom;
struct data;
struct json;

/* What set the variable: "# $NAME [3 operations]", then for each "#   OPERATION FILE:LINE" and the text.
 * flag: writes to that flag alone; NULL: all. */
void listing_history(struct data *d, const struct atom *name, const struct atom *flag,
		struct arena *a);
/* History and value: NAME="…" as a shell reads it, a function with its body, or in a comment why it
 * cannot be expanded. The engine's own variables are left out. */
void listing_variable(struct data *d, const struct atom *name, struct arena *a);
/* NAME="value" or NAME[flag]="value". */
void listing_value(const struct atom *name, const struct atom *flag, struct slice value);
/* A member "history": operation, flag, file, line and text of each write. */
void listing_json_history(struct json *j, struct data *d, const struct atom *name, struct arena *a);

#endif
