/* joblog: the end of a failed task's log, and what it says about the reason. */
#ifndef BAKE_JOBLOG_H
#define BAKE_JOBLOG_H

struct arena;
struct slice;

/* The last lines of text, without the blank ones at its end. */
struct slice joblog_last(struct slice text, unsigned lines);
/* The last lines of the file as they are (of a long file only those in its last 128 KiB), in a; empty
 * when it cannot be read. */
struct slice joblog_end(struct arena *a, const char *path, unsigned lines);
/* The same, each after "  | ", in a. */
struct slice joblog_tail(struct arena *a, const char *path, unsigned lines);
/* Which of the directories (ended by NULL) lies on a file system that was full? Looks for the system's
 * own words in text and at what is left. NULL: none. */
const char *joblog_full(struct arena *a, struct slice text, const char *const *dirs);

#endif
