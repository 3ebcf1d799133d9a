/* proc: child processes: run one and take its output, fork one of our own, end a whole group. */
#ifndef BAKE_PROC_H
#define BAKE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util.h"

struct proc_command {
	const char *const *argv;     /* NULL-terminated; a bare argv[0] is looked up on env's PATH */
	const char *const *env;      /* NULL-terminated "NAME=value"; NULL: this process's own */
	const char *cwd;             /* NULL: this process's */
	struct slice input;          /* its standard input; unset: /dev/null */
	bool errors;                 /* standard error is taken with the output; else it is ours */
	const int *keep;             /* fds it inherits beside 0, 1, 2, ended by −1; NULL: none */
	/* proc_capture asks once a second: true ends the command with all that it started. NULL: never. */
	bool (*enough)(void *ctx, pid_t child);
	void *ctx;
};

/* Runs the command to its end. *out receives its standard output (NUL-terminated, in a), *status
 * its exit status, or 128 + signal. Returns −1 with errno when it could not be started (no
 * message). */
int proc_capture(struct arena *a, const struct proc_command *c, struct slice *out, int *status);
/* The same with its output going to fd (standard error too). Returns the status or −1. */
int proc_run(const struct proc_command *c, int fd);
/* The absolute path of a program on path ("dir:dir"); NULL when it is not there. */
char *proc_find(struct arena *a, const char *name, const char *path);

/* Forks a child that leads its own session, dies with us together with all that it started, and has
 * default signals. 0 in the child. */
pid_t proc_fork(void);
/* Signals a child of proc_fork and all that it started. */
void proc_kill(pid_t child, int signal);
/* Ends what a child of proc_fork that was killed had started. */
void proc_end_orphans(pid_t child);
/* An exit status as people read it: "exit status 3", "killed by signal 9 (Killed)". In a. */
struct slice proc_describe(struct arena *a, int wait_status);

/* Blocks SIGINT, SIGTERM, SIGHUP, SIGCHLD and SIGWINCH and delivers them through an fd of struct
 * signalfd_siginfo (close-on-exec, non-blocking). −1: message given. */
int proc_signals(void);

#endif
