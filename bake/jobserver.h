/* jobserver: GNU make's token pipe, shared by bake and every make below it. */
#ifndef BAKE_JOBSERVER_H
#define BAKE_JOBSERVER_H

#include <stdbool.h>

struct arena;
struct slice;

/* One token is one process that may use a processor. bake takes one for each task it runs (a make's
 * own first job), the makes take the rest. */
struct jobserver {
	unsigned jobs;           /* tokens in all */
	int read_fd, write_fd;   /* what tasks inherit */
	int own_fd; /* the read end again, non-blocking, for us alone; poll it for tokens */
};

int jobserver_open(struct jobserver *j, unsigned jobs);      /* −1: message given */
bool jobserver_take(struct jobserver *j);                    /* false: none free now */
void jobserver_give(struct jobserver *j);
/* To be called when no task runs: tokens lost with killed makes come back. */
void jobserver_refill(struct jobserver *j);
void jobserver_close(struct jobserver *j);
/* The MAKEFLAGS of a task, in a. */
struct slice jobserver_makeflags(const struct jobserver *j, struct arena *a);

#endif
