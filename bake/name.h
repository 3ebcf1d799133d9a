/* name: what the spelling of a variable's name says: its operation, condition and overrides. Worked
 * out once for each atom and kept for the life of the process. */
#ifndef BAKE_NAME_H
#define BAKE_NAME_H

#include <stdbool.h>
#include <stddef.h>

struct atom;

enum name_op { NAME_PLAIN = -1, NAME_APPEND, NAME_PREPEND, NAME_REMOVE, NAME_OPS };

/* "o1:o2", active when every part is in OVERRIDES. */
struct override {
	const struct atom *text;
	const struct atom **part;
	size_t parts;
};

/* A variable "A:o" seen from its base: while `when` is active, `name` may give A's value. */
struct name_link {
	const struct atom *base;         /* A */
	const struct atom *name;         /* A:o */
	const struct override *when;     /* o */
};

struct name {
	enum name_op op;
	const struct atom *base;         /* what the operation works on; of a plain name itself */
	const struct override *when;     /* condition of the operation; NULL: always */
	struct name_link *link;          /* the bases the name can stand in for, nearest first */
	size_t links;
	const struct atom *root;         /* what stands before the first colon */
	const char *successor;           /* the name the root has now, or why there is none; or NULL */
	bool reference;                  /* holds ${ : to be renamed by key expansion */
	bool old_syntax;                 /* holds _append, _prepend or _remove */
};

const struct name *name_of(const struct atom *a);

#endif
