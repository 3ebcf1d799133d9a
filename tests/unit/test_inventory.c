/* inventory: what a store holds, in order of its last use, and whose leases hold. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inventory.h"
#include "os.h"
#include "store.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-inventory-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(inventory, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text, time_t used) {
	struct timespec times[2] = { { .tv_sec = used }, { .tv_sec = used } };
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
	cr_assert_eq(utimensat(AT_FDCWD, in(name), times, 0), 0);
}

Test(inventory, the_longest_unused_comes_first) {
	struct inventory v;
	put("ab/ab02.tar.zst", "12345", 2000);
	put("ab/ab02.info", "artefact zlib:do_package\ntask ab02\ncontent c\nsha256 s\ncpu-ms 7\n", 1);
	put("cd/cd01.tar.zst", "123", 1000);
	put("cd/cd01.info", "cut sho", 1000);
	put("cd/cd03.tar.zst.bad", "x", 1000);
	put("same/ab/ab02", "cd01", 1000);
	cr_assert_eq(inventory_read(a, top, &v), 0);
	cr_assert_eq(v.n, 2u);
	cr_assert_str_eq(v.item[0].hash, "cd01");
	cr_assert_null(v.item[0].artefact.p, "what is no provenance is none");
	cr_assert_str_eq(v.item[1].hash, "ab02");
	cr_assert(slice_is(v.item[1].artefact, "zlib:do_package"));
	cr_assert_eq(v.item[1].cpu_ms, 7u);
	cr_assert_eq(v.damaged, 1u);
	cr_assert_eq(v.bytes, 3u + v.item[1].bytes);
}

Test(inventory, removing_takes_the_provenance_along) {
	struct inventory v;
	put("ab/ab02.tar.zst", "12345", 2000);
	put("ab/ab02.info", "task ab02\ncontent c\nsha256 s\n", 1);
	cr_assert_eq(inventory_read(a, top, &v), 0);
	cr_assert_eq(inventory_remove(&v.item[0]), 0);
	cr_assert_not(os_exists(in("ab/ab02.tar.zst")));
	cr_assert_not(os_exists(in("ab/ab02.info")));
	cr_assert_eq(inventory_remove(&v.item[0]), 0, "another gc was faster");
}

Test(inventory, sweeping_keeps_what_is_recent) {
	struct inventory v;
	put("ab/ab.tar.zst.bad", "x", 1000);
	put("ab/ab.tar.zst.tmp-12", "x", 3000);
	put("same/ab/ab02", "cd01", 1000);
	put("content/ab/ab02", "cd01", 3000);
	cr_assert_eq(inventory_read(a, top, &v), 0);
	inventory_sweep(&v, 2000, 2000);
	cr_assert_not(os_exists(in("ab/ab.tar.zst.bad")));
	cr_assert(os_exists(in("ab/ab.tar.zst.tmp-12")));
	cr_assert_not(os_exists(in("same/ab/ab02")));
	cr_assert(os_exists(in("content/ab/ab02")));
}

Test(inventory, a_store_that_is_not_there) {
	struct inventory v;
	cr_assert_eq(inventory_read(a, in("absent"), &v), -1);
}

Test(inventory, a_lease_holds_as_long_as_its_process) {
	int ready[2], end[2], status;
	char c;
	cr_assert_eq(pipe(ready) | pipe(end), 0);
	cr_assert_eq(inventory_oldest_lease(a, top), INT64_MAX);
	pid_t child = fork();
	if (child == 0) {
		inventory_lease(top);
		close(end[1]);
		(void)!write(ready[1], "", 1);
		(void)!read(end[0], &c, 1);
		_exit(0);
	}
	cr_assert_eq(read(ready[0], &c, 1), 1);
	int64_t since = inventory_oldest_lease(a, top);
	cr_assert(since <= time(NULL) && since > time(NULL) - 100);
	close(end[1]);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(inventory_oldest_lease(a, top), INT64_MAX);
	struct slices left = { 0 };
	cr_assert_eq(os_list(a, in("leases"), &left), 0);
	cr_assert_eq(left.n, 0u, "a stale one goes");
}

Test(inventory, whoever_begins_waits_for_a_gc) {
	int status;
	cr_assert_eq(os_mkdirs(top), 0);
	int gate = store_gate(top, true);
	cr_assert_geq(gate, 0);
	pid_t child = fork();
	if (child == 0) {
		close(gate);
		alarm(1);                /* were it let in, it would exit with 0 */
		inventory_lease(top);
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	close(gate);
	inventory_lease(top);
	cr_assert_neq(inventory_oldest_lease(a, top), INT64_MAX);
}

Test(inventory, sweeping_takes_what_is_left_over_sooner_than_notes) {
	struct inventory v;
	put("ab/ab.tar.zst.tmp-12", "x", 1000);
	put("same/ab/ab02", "cd01", 1000);
	cr_assert_eq(inventory_read(a, top, &v), 0);
	inventory_sweep(&v, 2000, 0);
	cr_assert_not(os_exists(in("ab/ab.tar.zst.tmp-12")));
	cr_assert(os_exists(in("same/ab/ab02")));
}
