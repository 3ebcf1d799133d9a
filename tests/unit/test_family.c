/* family: what a process and its children have done, and the end of all of them. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "os.h"
#include "proc.h"
#include "util.h"

/* A shell with a child; `text` is run by the child once a line is written to the fd. */
static pid_t start(const char *text, int *go) {
	int fd[2];
	cr_assert_eq(pipe(fd), 0);
	pid_t head = proc_fork();
	if (head == 0) {
		dup2(fd[0], 0);
		close(fd[0]);
		close(fd[1]);
		execl("/bin/sh", "sh", "-c", "(read go; eval \"$1\"); :", "sh", text, NULL);
		_exit(127);
	}
	close(fd[0]);
	*go = fd[1];
	return head;
}

/* Asks until more than so many bytes have been read; the test's own time limit ends it. */
static void wait_for(pid_t head, uint64_t bytes) {
	struct family_activity done = { 0 };
	while (!family_activity(head, &done) || done.bytes < bytes)
		os_pause(10);
}

Test(family, a_child_that_reads_counts, .timeout = 60) {
	struct family_activity before, after;
	int go;
	pid_t head = start("cat /dev/zero >/dev/null", &go);
	wait_for(head, 1);
	cr_assert(family_activity(head, &before));
	cr_assert_lt(before.bytes, 1000000u, "programs and their libraries alone");
	cr_assert_eq(write(go, "\n", 1), 1);
	wait_for(head, 5000000);
	kill(-head, SIGKILL);
	waitpid(head, NULL, 0);
	cr_assert_not(family_activity(head, &after), "nobody is there any more");
}

Test(family, all_of_it_ends, .timeout = 60) {
	int go, fd[2], status;
	char byte;
	cr_assert_eq(pipe(fd), 0);
	pid_t head = start("trap '' HUP; sleep 100", &go);
	cr_assert_eq(write(go, "\n", 1), 1);
	wait_for(head, 1);
	family_kill(head, SIGTERM);
	cr_assert_eq(waitpid(head, &status, 0), head);
	cr_assert(WIFSIGNALED(status));
	/* The pipe closes when the last of them is gone. */
	close(fd[1]);
	cr_assert_eq(read(fd[0], &byte, 1), 0);
}
