/* git: repositories: a bare mirror in DL_DIR, one commit of it into a directory. */
#ifndef BAKE_GIT_H
#define BAKE_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "gitrun.h"     /* struct git_source */
#include "util.h"

struct arena;

/* Makes sure that the mirror holds the commit (and its large files), without its history where the
 * server allows that. 0, or −1 and *why, without credentials. */
int git_fetch(struct arena *a, const struct git_source *g, struct slice *why);
/* Was the tag found to lead to the commit, by an earlier git_fetch? True without a tag. */
bool git_tag_checked(struct arena *a, const struct git_source *g);
/* Asks the server what a branch (g->branch) or tag (g->tag; else HEAD) is now. 0, or −1 and *why. */
int git_resolve(struct arena *a, const struct git_source *g, struct slice *commit,
		struct slice *why);

/* One submodule of a commit. */
struct git_module {
	struct slice path, url;  /* url: as .gitmodules has it */
	struct slice commit;
};
/* The submodules the commit names, sorted by path; none is fine. −1 and *why. */
int git_modules(struct arena *a, const struct git_source *g, struct git_module **list,
		size_t *count, struct slice *why);

/* The commit's files in dir (made; what is there stays), or only those below subpath, dated as the
 * commit is; with lfs, large files in place of their pointers. There is no .git: nothing that is
 * built may depend on history. 0, or −1 and *why. */
int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why);
/* One file of a commit that the mirror holds. 0, or −1 and *why. */
int git_show(struct arena *a, const struct git_source *g, const char *path, struct slice *text,
		struct slice *why);

#endif
