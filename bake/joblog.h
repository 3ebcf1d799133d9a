/* joblog: the end of a failed task's log, and what it says about the reason. */
#ifndef BAKE_JOBLOG_H
#define BAKE_JOBLOG_H

#include <stdbool.h>

struct arena;
struct slice;

/* The last lines of the file, each after "  | ", in a; empty when it cannot be read. */
struct slice joblog_tail(struct arena *a, const char *path, unsigned lines);
/* Was the file system full? Looks for the system's own words in text and at what dir has left. */
bool joblog_disk_full(struct slice text, const char *dir);

#endif
