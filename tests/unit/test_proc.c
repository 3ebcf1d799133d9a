/* proc: commands with input, output, environment and status; children that lead their own group. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(proc, .init = set_up, .fini = tear_down);

static int shell(const char *script, struct slice input, struct slice *out) {
	const char *argv[] = { "sh", "-c", script, NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", "X=1", NULL };
	struct proc_command c = { .argv = argv, .env = env, .input = input };
	int status = -1;
	cr_assert_eq(proc_capture(a, &c, out, &status), 0);
	return status;
}

Test(proc, output_and_status_come_back) {
	struct slice out;
	cr_assert_eq(shell("echo hello; exit 3", SLICE_NONE, &out), 3);
	cr_assert(slice_is(out, "hello\n"));
	cr_assert_eq(shell("kill -9 $$", SLICE_NONE, &out), 128 + 9);
	cr_assert_eq(out.n, 0u);
}

Test(proc, the_environment_is_exactly_what_is_given) {
	struct slice out;
	setenv("LEAK", "1", 1);
	cr_assert_eq(shell("echo $X$LEAK", SLICE_NONE, &out), 0);
	cr_assert(slice_is(out, "1\n"));
}

Test(proc, more_input_and_output_than_pipes_hold) {
	struct buf big = { .arena = a };
	struct slice out;
	for (int i = 0; i < 40000; i++)
		buf_adds(&big, "0123456789");
	cr_assert_eq(shell("cat", buf_slice(&big), &out), 0);
	cr_assert(slice_eq(out, buf_slice(&big)));
}

Test(proc, input_that_nobody_reads_is_no_error) {
	struct buf big = { .arena = a };
	struct slice out;
	for (int i = 0; i < 40000; i++)
		buf_adds(&big, "0123456789");
	cr_assert_eq(shell("echo done", buf_slice(&big), &out), 0);
	cr_assert(slice_is(out, "done\n"));
}

Test(proc, a_program_that_is_not_there_is_enoent) {
	const char *argv[] = { "no-such-program", NULL };
	struct proc_command c = { .argv = argv };
	struct slice out;
	int status;
	cr_assert_eq(proc_capture(a, &c, &out, &status), -1);
	cr_assert_eq(errno, ENOENT);
}

Test(proc, programs_are_found_on_the_path_given) {
	cr_assert_str_eq(proc_find(a, "sh", "/nowhere::/bin"), "/bin/sh");
	cr_assert_null(proc_find(a, "sh", "/nowhere"));
	cr_assert_null(proc_find(a, "etc", "/"), "a directory is no program");
}

Test(proc, only_descriptors_listed_are_inherited) {
	int fds[2];
	cr_assert_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	struct slice script = arena_printf(a, "echo kept >/proc/self/fd/%d; "
		"[ -e /proc/self/fd/%d ] && echo leak >/proc/self/fd/%d", fds[1], fds[0], fds[1]);
	const char *argv[] = { "/bin/sh", "-c", script.p, NULL };
	const int keep[] = { fds[1], -1 };
	struct proc_command c = { .argv = argv, .keep = keep };
	char text[32] = { 0 };
	cr_assert_neq(proc_run(&c, 2), -1);
	cr_assert_gt(read(fds[0], text, sizeof text - 1), 0);
	cr_assert_str_eq(text, "kept\n");
}

Test(proc, killing_a_child_reaches_what_it_started) {
	int fds[2], status;
	char c;
	cr_assert_eq(pipe(fds), 0);
	pid_t child = proc_fork();
	if (child == 0) {
		close(fds[0]);
		if (fork() == 0)
			pause();                 /* holds the pipe open */
		cr_assert_eq(write(fds[1], "x", 1), 1);
		pause();
	}
	close(fds[1]);
	cr_assert_eq(read(fds[0], &c, 1), 1);
	proc_kill(child, SIGKILL);
	waitpid(child, &status, 0);
	cr_assert(slice_is(proc_describe(a, status), "killed by signal 9 (Killed)"));
	cr_assert_eq(read(fds[0], &c, 1), 0, "the grandchild is gone too");
}
