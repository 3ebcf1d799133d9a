/* sigdata: what the hashes of tasks were made of, kept in TMPDIR/sigdata so that the next ones can
 * be compared. A text of lines: those of graph_explain, then those of sig_dump. */
#ifndef BAKE_SIGDATA_H
#define BAKE_SIGDATA_H

#include <stdbool.h>

#include "util.h"

struct agenda;
struct arena;
struct task;

/* Keeps the data of every task that is done: it has run, was restored, or nothing new was needed of
 * it (the next chain may lead through it). Best effort: what cannot be written is only missed by
 * `bake why`. */
void sigdata_keep(struct agenda *g);
/* The same of one task, by the process that has done it: a build that is killed has kept what it
 * finished. ctx: the agenda. */
void sigdata_keep_task(void *ctx, const struct task *t);
/* The data of a task as it stands now, in the agenda's arena. Raises what its recipe raises. */
struct slice sigdata_now(struct agenda *g, const struct task *t);
/* The data in a file, with that of its variables from beside it where it was kept in two; unset: it cannot
 * be read or is no signature. */
struct slice sigdata_read(struct arena *a, const char *path);
/* The kept data of "PN:do_task" under a hash; unset when there is none. */
struct slice sigdata_find(struct agenda *g, struct slice id, struct slice hash);
/* The same by the hash alone, or its first 6 or more digits. */
struct slice sigdata_find_any(struct agenda *g, struct slice digits);
/* The data of the task's last run but one: the newest kept under another hash; unset: none. */
struct slice sigdata_before(struct agenda *g, const struct task *t);
/* Writes the data of every task of the graph below dir, as PN/do_task.HASH. −1: reported. */
int sigdata_write_all(struct agenda *g, const char *dir);
/* The value of the line NAME; unset when there is none or it has no value. */
struct slice sigdata_value(struct slice text, const char *name);

#endif
