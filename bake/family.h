/* family: a process and all that it started, as /proc shows them. */
#ifndef BAKE_FAMILY_H
#define BAKE_FAMILY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct family_activity {
	uint64_t bytes;          /* read so far by those alive, from wherever */
	uint64_t cpu_ms;
};

/* What they have done so far. False: the system does not tell. */
bool family_activity(pid_t head, struct family_activity *done);
void family_kill(pid_t head, int signal);

#endif
