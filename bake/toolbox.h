/* toolbox: the host's programs that HOSTTOOLS names, as directories to stand in place of the host's. */
#ifndef BAKE_TOOLBOX_H
#define BAKE_TOOLBOX_H

struct arena;

/* The tree (usr/bin, usr/sbin … below it; etc/alternatives where the host has that) that holds what the
 * links in `links` (HOSTTOOLS_DIR) lead to, /bin/sh, and the interpreters of those that are scripts: made
 * below dir when one of them is another file than at the last time. In a; NULL with a message. */
const char *toolbox_make(struct arena *a, const char *dir, const char *links);
/* The directories of programs, as the host has them ("/usr/bin"); NULL ends. */
extern const char *const toolbox_dirs[];

#endif
