/* sigdiff: the difference between two texts of signature data. */
#ifndef BAKE_SIGDIFF_H
#define BAKE_SIGDIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

enum sigchange_kind {
	SIGCHANGE_VARIABLE,      /* a variable, function or "NAME[flag]" */
	SIGCHANGE_FILE,          /* a local file; was and now are sums */
	SIGCHANGE_DEPENDENCY,    /* another task that it comes after; was and now as in the data */
	SIGCHANGE_COMPILER,      /* the external compiler */
	SIGCHANGE_TOOL,          /* a tool of the host; was and now are digests */
	SIGCHANGE_FORCED,        /* -f or -C */
	SIGCHANGE_BASE,          /* variables, but which is not known */
};

struct sigchange {
	enum sigchange_kind kind;
	struct slice name;               /* of the variable, file or task */
	bool before, after;              /* is it in the old data, in the new? */
	struct slice was, now;           /* unescaped; unset: no value */
};

/* What differs, in the order of the names, dependencies last. A dependency that has another hash of
 * its own but is seen as the same (early cut-off) does not differ. */
struct sigchange *sigdiff(struct arena *a, struct slice old, struct slice new, size_t *count);

#endif
