/* jobserver: as many tokens as jobs, lost ones come back, a real make takes part. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "jobserver.h"
#include "proc.h"
#include "util.h"

Test(jobserver, there_are_as_many_tokens_as_jobs) {
	struct jobserver j;
	cr_assert_eq(jobserver_open(&j, 3), 0);
	for (int i = 0; i < 3; i++)
		cr_assert(jobserver_take(&j));
	cr_assert_not(jobserver_take(&j));
	jobserver_give(&j);
	cr_assert(jobserver_take(&j));
	jobserver_close(&j);
}

Test(jobserver, lost_tokens_come_back) {
	struct jobserver j;
	char token;
	cr_assert_eq(jobserver_open(&j, 2), 0);
	cr_assert_eq(read(j.read_fd, &token, 1), 1);
	jobserver_refill(&j);
	cr_assert(jobserver_take(&j) && jobserver_take(&j));
	cr_assert_not(jobserver_take(&j));
	jobserver_close(&j);
}

/* A make whose two jobs each wait for the other can only end when it gets the second token. */
Test(jobserver, make_takes_tokens, .timeout = 20) {
	struct arena *a = arena_new();
	struct jobserver j;
	char top[] = "/tmp/test-jobserver-XXXXXX";
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(jobserver_open(&j, 2), 0);
	cr_assert(jobserver_take(&j));
	const char *script = arena_printf(a, "cd %s && mkfifo p && "
		"printf 'all: x y\\nx:\\n\\t@echo 1 > p\\ny:\\n\\t@read l < p\\n' > Makefile && make && rm -r %s",
		top, top).p;
	const char *argv[] = { "sh", "-c", script, NULL };
	const char *env[] = { "PATH=/usr/bin:/bin",
		arena_printf(a, "MAKEFLAGS=" SFMT, SARG(jobserver_makeflags(&j, a))).p, NULL };
	const int keep[] = { j.read_fd, j.write_fd, -1 };
	struct proc_command c = { .argv = argv, .env = env, .keep = keep, .errors = true };
	struct slice out;
	int status;
	cr_assert_eq(proc_capture(a, &c, &out, &status), 0);
	cr_assert_eq(status, 0, "%s", out.p);
	cr_assert_not(slice_find(out, "jobserver", NULL), "make has no complaint: %s", out.p);
	cr_assert(jobserver_take(&j), "make gave its token back");
	jobserver_close(&j);
	arena_free(a);
}
