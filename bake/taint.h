/* taint: tasks that were forced (-f, -C) keep another identity until their recipe is cleaned, so
 * that no later command takes the stored result of the unforced task for theirs. */
#ifndef BAKE_TAINT_H
#define BAKE_TAINT_H

struct graph;
struct slice;
struct task;

/* Gives t a new taint. −1: message given. */
int taint_set(const char *tmpdir, struct task *t);
/* Sets t->taint of every task of g that has one, and says which were forced in earlier runs. */
void taint_read(const char *tmpdir, struct graph *g);
/* Forgets those of the tasks of a recipe. */
void taint_forget(const char *tmpdir, struct slice pn);

#endif
