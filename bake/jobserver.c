/* jobserver: a pipe that holds one byte for each process that may still start. GNU make's side of
 * the protocol: a make owns one token silently (the one bake took for its task), reads one byte for
 * each further job and writes it back. */
#include "jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

int jobserver_open(struct jobserver *j, unsigned jobs) {
	char self[32];
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0) {
		error("jobserver: pipe: %s", strerror(errno));
		return -1;
	}
	/* O_NONBLOCK belongs to the open file, which our tasks share: we open it a second time. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", fds[0]);
	*j = (struct jobserver){ jobs, fds[0], fds[1],
		open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
	if (j->own_fd < 0) {
		error("jobserver: %s: %s", self, strerror(errno));
		return -1;
	}
	jobserver_refill(j);
	return 0;
}

bool jobserver_take(struct jobserver *j) {
	char token;
	return read(j->own_fd, &token, 1) == 1;
}

void jobserver_give(struct jobserver *j) {
	ssize_t n = write(j->write_fd, "+", 1);
	if (n != 1)
		broken("jobserver: a token was lost: %s", strerror(errno));
}

void jobserver_refill(struct jobserver *j) {
	while (jobserver_take(j))
		;
	for (unsigned i = 0; i < j->jobs; i++)
		jobserver_give(j);
}

void jobserver_close(struct jobserver *j) {
	close(j->read_fd);
	close(j->write_fd);
	close(j->own_fd);
}

struct slice jobserver_makeflags(const struct jobserver *j, struct arena *a) {
	return arena_printf(a, " -j%u --jobserver-auth=%d,%d", j->jobs, j->read_fd, j->write_fd);
}
