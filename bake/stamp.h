/* stamp: the file that says a task is done, with which hash, and what its artefact's content
 * was. */
#ifndef BAKE_STAMP_H
#define BAKE_STAMP_H

#include <stdbool.h>

struct arena;
struct recipe;
struct slice;
struct task;

/* ${STAMP}.do_x.HASH[.extra], as Yocto names it; in a. */
char *stamp_path(struct arena *a, const struct task *t);
bool stamp_is_there(const struct task *t);
/* The hash of the stamp this task has, whatever the recipe's version; unset: it has none. */
struct slice stamp_hash(struct arena *a, const struct task *t);
/* The content hash kept in it; unset when there is none. */
struct slice stamp_content(struct arena *a, const struct task *t);
/* Removes every stamp of this task, whatever its hash or the recipe's version: it is about to
 * run. */
void stamp_remove(const struct task *t);
/* Removes the stamps of all tasks of this version of a recipe, with what is kept beside them. */
void stamp_clear(const struct recipe *r);
/* Always the last thing a task does. −1: message given. */
int stamp_write(const struct task *t, struct slice content);
/* Where the task keeps something beside its stamps under kind ("manifest"); in a. */
char *stamp_beside(struct arena *a, const struct task *t, const char *kind);

#endif
