/* vary: runs a program as a stranger would on another machine: another user, day, host, time zone,
 * language, umask and order of directories. */
#ifndef BAKE_VARY_H
#define BAKE_VARY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;

/* One set of surroundings. */
struct vary {
	const char *home;        /* $HOME, made by the caller */
	const char *preload;     /* vary.so; NULL: clock, processors and directories stay */
	const char *zone, *language;
	mode_t umask;
	uid_t user;              /* (uid_t)−1: stays */
	const char *host;        /* NULL: stays */
	const char *bind_from, *bind_to; /* a directory seen at another place too (by root); NULL: none */
};

/* Can a process of that user reach all of the paths (NULL-terminated)? The first it cannot: NULL
 * when there is none. */
const char *vary_unreachable(uid_t user, const char *const *paths);
/* Runs argv in these surroundings to its end; Ctrl-C is the program's business. The exit status,
 * 128 + signal, or −1 with a message. */
int vary_run(struct arena *a, const struct vary *v, const char *const *argv);
/* Can the host name be changed for a child of this process? May such a child make mounts? */
bool vary_can_rename(void);
bool vary_can_mount(void);

#endif
