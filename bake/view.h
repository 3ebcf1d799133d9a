/* view: what of the host a sandbox shows, as mounts ready to be made. */
#ifndef BAKE_VIEW_H
#define BAKE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

#define VIEW_WHOLE "/.whole"         /* where the links of shadows lead */
#define VIEW_OLD "/.old"             /* where a sandbox has the host's root while it mounts */

/* One mount, ready to be made. */
struct view_bind {
	const char *from;        /* below VIEW_OLD, except of a link */
	const char *to;
	enum {
		VIEW_READ,
		VIEW_WRITE,
		VIEW_LINK
	} kind; /* LINK: a symbolic link `to` with text `from` */
	bool file;
};

struct view_binds {
	struct view_bind *v;
	size_t n, cap;
};

struct view {
	struct arena *arena;
	const char *dir;         /* tmpdir/sandbox: what sandboxes share */
	const char *sysroot;     /* see struct view_options */
	struct slices named;
	struct view_binds all;   /* of every task */
	struct view_binds network;       /* of tasks with network */
	struct view_binds tools;         /* of tasks without network: the programs of HOSTTOOLS alone */
};

struct view_options {
	const char *tmpdir, *as;         /* TMPDIR, and where it is seen */
	const char *sysroot;     /* where the host is seen with what is linked into its own programs */
	struct slice libs;       /* HOSTLIBS: files of headers and libraries to be seen there beside libc's */
	const char *links;       /* HOSTTOOLS_DIR; NULL: all programs are seen */
};

/* Finds out what to mount, and writes below tmpdir/sandbox what the host does not have as it should
 * be seen: the small /etc, the library directories without what compilers would link, the programs of
 * HOSTTOOLS. o need not outlive the call. NULL: message given. */
struct view *view_new(struct arena *a, const struct view_options *o);
/* The path of name below view->dir, in its arena. */
const char *view_below(const struct view *v, const char *name);

#endif
