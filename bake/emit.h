/* emit: a shell function of the metadata as a script that runs alone, and the environment of a
 * task. */
#ifndef BAKE_EMIT_H
#define BAKE_EMIT_H

#include <stddef.h>

struct arena;
struct atom;
struct buf;
struct data;

/* Appends to out the script that runs function name in directory cwd (NULL: where it is started):
 * exported variables sorted, then the functions it reaches, as BitBake's run.do_x. Raises. */
void emit_script(struct data *d, const struct atom *name, const char *cwd, struct buf *out);
/* The exported variables as a sorted, NULL-terminated "NAME=value" list in a. Raises. */
const char **emit_environment(struct data *d, struct arena *a);

#endif
