/* joblog: the end of a log, and the full disk in it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "joblog.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static char file[] = "/tmp/test-joblog-XXXXXX";

static void set_up(void) {
	a = arena_new();
	close(mkstemp(file));
}
static void tear_down(void) {
	unlink(file);
	arena_free(a);
}
TestSuite(joblog, .init = set_up, .fini = tear_down);

static struct slice tail(const char *text, unsigned lines) {
	cr_assert_eq(os_write(file, slice_of(text), 0644, false), 0);
	return joblog_tail(a, file, lines);
}

Test(joblog, shows_the_last_lines) {
	cr_assert(slice_is(tail("1\n2\n3\n", 2), "  | 2\n  | 3"));
	cr_assert(slice_is(tail("1\n2", 5), "  | 1\n  | 2"), "no newline at the end");
	cr_assert(slice_is(tail("1\n\n\n", 1), "  | 1"), "blank lines at the end do not count");
	cr_assert_eq(tail("", 5).n, 0u);
	cr_assert_eq(joblog_tail(a, "/no/such/log", 5).n, 0u);
}

Test(joblog, reads_only_the_end_of_a_large_log) {
	struct buf text = { .arena = a };
	for (int i = 0; i < 200000; i++)
		buf_addf(&text, "line %d\n", i);
	cr_assert(slice_is(tail(text.p, 1), "  | line 199999"));
}

Test(joblog, knows_a_full_disk) {
	const char *const dirs[] = { "/tmp", "/dl", NULL };
	cr_assert_not_null(joblog_full(a, SLICE("cc: x.o: No space left on device"), dirs));
	cr_assert_null(joblog_full(a, SLICE("error"), dirs));
	cr_assert_str_eq(joblog_full(a, SLICE("x: no\n/dl/x.part: No space left on device"), dirs), "/dl",
		"the directory that the line names");
}
