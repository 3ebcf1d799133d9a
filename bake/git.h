/* git: repositories: a bare mirror in DL_DIR, one commit of it into a directory. */
#ifndef BAKE_GIT_H
#define BAKE_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

struct git_source {
	const char *url;         /* as git takes it, with credentials */
	const char *mirror;      /* the bare repository */
	struct slice commit;     /* 40 (or 64) hex digits */
	struct slice branch;     /* where the commit must be reachable; unset: anywhere */
	const char *const *env;  /* of git; NULL: ours */
	bool offline;            /* only what the mirror holds */
	const char *path;        /* where git is looked up ("dir:dir") */
};

/* Makes sure that the mirror holds the commit. 0, or −1 and *why (credentials masked). */
int git_fetch(struct arena *a, const struct git_source *g, struct slice *why);
/* Checks the commit out into dir (absent or replaced), or only what is below subpath when that is
 * set. */
int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why);

#endif
