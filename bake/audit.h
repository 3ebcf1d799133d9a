/* audit: what would keep a layer from working here, without evaluating it. */
#ifndef BAKE_AUDIT_H
#define BAKE_AUDIT_H

#include <stddef.h>

#include "util.h"

struct arena;
struct config;

enum audit_kind {
	AUDIT_OVERRIDE,          /* an override in the old form */
	AUDIT_SYNTAX,            /* a line that cannot be read */
	AUDIT_PYTHON,            /* Python that would have to run */
	AUDIT_EXPRESSION,        /* a ${@…} that cannot be evaluated */
	AUDIT_CLASS,             /* a class nobody has */
	AUDIT_FILE,              /* a required file nobody has */
	AUDIT_LAYER,             /* a layer it depends on, or a release it is not made for */
	AUDIT_APPEND,            /* a .bbappend without a recipe */
	AUDIT_KINDS,
};

struct audit_finding {
	enum audit_kind kind;
	struct slice file;       /* relative to the layer */
	int line;                /* 0: the file as a whole */
	struct slice text;       /* what is wrong, and what to do */
};

struct audit {
	struct audit_finding *v; /* in the order of files, then lines */
	size_t n, cap;
	size_t files;            /* how many were looked at */
};

/* Looks at every metadata file below dir, with the layers of c beside it. Memory of arena a.
 * −1: dir cannot be read (reported). */
int audit_layer(struct arena *a, const struct config *c, const char *dir, struct audit *out);
const char *audit_kind_name(enum audit_kind kind);

#endif
