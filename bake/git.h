/* git: repositories: a bare mirror in DL_DIR, one commit of it into a directory. */
#ifndef BAKE_GIT_H
#define BAKE_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

struct git_source {
	const char *url;         /* as git takes it; git_checkout needs none */
	const char *mirror;      /* the bare repository, made when absent */
	struct slice commit;     /* 40 (or 64) hex digits */
	struct slice branch;     /* for servers that give no single commits; unset: all */
	const char *path;        /* where git is looked up ("dir:dir"); NULL: the usual places */
	bool offline;            /* only what the mirror holds */
};

/* Makes sure that the mirror holds the commit, without its history where the server allows that.
 * 0, or −1 and *why, without credentials. */
int git_fetch(struct arena *a, const struct git_source *g, struct slice *why);
/* The commit's files in dir (made; what is there stays), or only those below subpath, dated as the
 * commit is. There is no .git: nothing that is built may depend on history. 0, or −1 and *why. */
int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why);

#endif
