/* vary: what a program that runs in other surroundings is told by kernel and libc. The preload is
 * out/vary.so where it is built; each thing varied is asked for by a program that would write it down. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "util.h"
#include "vary.h"

static struct arena *a;
static char top[] = "/tmp/test-vary-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(chmod(top, 0777), 0);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(vary, .init = set_up, .fini = tear_down);

static struct vary plain(void) {
	return (struct vary){ .home = top, .zone = "UTC", .language = "C", .umask = 022,
		.user = (uid_t)-1 };
}

/* What a shell's command prints there; its exit status is 0. */
static const char *told(const struct vary *v, const char *command) {
	const char *script = arena_printf(a, "{ %s; } > %s 2>&1", command, in("out")).p;
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	struct slice text;
	os_remove(in("out"));
	cr_assert_eq(vary_run(a, v, argv), 0, "%s", command);
	cr_assert_eq(os_read(a, in("out"), &text), 0);
	return arena_str(a, slice_trim(text));
}

Test(vary, the_environment) {
	struct vary v = plain();
	v.zone = "GMT-14";
	v.language = "fr_CH.UTF-8";
	cr_expect_str_eq(told(&v, "echo $HOME $TZ $LANG $LC_ALL"),
		arena_printf(a, "%s GMT-14 fr_CH.UTF-8 fr_CH.UTF-8", top).p);
	cr_expect_str_eq(told(&v, "date +%z"), "+1400");
}

Test(vary, the_umask) {
	struct vary v = plain();
	v.umask = 027;
	cr_expect_str_eq(told(&v, "umask"), "0027");
	cr_expect_neq(umask(022), 027, "this process keeps its own");
}

Test(vary, the_host_name) {
	struct vary v = plain();
	char before[256] = "", after[256] = "";
	gethostname(before, sizeof before - 1);
	if (!vary_can_rename())
		cr_skip("the kernel allows no namespace");
	v.host = "another-host";
	cr_expect_str_eq(told(&v, "uname -n"), "another-host");
	gethostname(after, sizeof after - 1);
	cr_expect_str_eq(after, before);
}

Test(vary, the_user) {
	struct vary v = plain();
	if (geteuid() != 0)
		cr_skip("only root can become another");
	v.user = 65534;
	cr_expect_str_eq(told(&v, "id -u; echo $USER $LOGNAME"), "65534\nnobody nobody");
}

Test(vary, what_another_user_cannot_reach) {
	if (geteuid() != 0)
		cr_skip("only root can become another");
	cr_assert_eq(os_mkdirs(in("open")), 0);
	cr_assert_eq(os_mkdirs(in("closed/below")), 0);
	cr_assert_eq(chmod(in("open"), 0755), 0);
	cr_assert_eq(chmod(in("closed"), 0700), 0);
	const char *open[] = { top, in("open"), NULL };
	const char *some[] = { in("open"), in("closed/below"), NULL };
	cr_expect_null(vary_unreachable(65534, open));
	cr_expect_str_eq(vary_unreachable(65534, some), in("closed/below"));
}

Test(vary, a_directory_at_another_place) {
	struct vary v = plain();
	if (geteuid() != 0 || !vary_can_mount())
		cr_skip("no mounts here");
	cr_assert_eq(os_mkdirs(in("from")), 0);
	cr_assert_eq(os_mkdirs(in("to")), 0);
	cr_assert_eq(os_write(in("from/file"), SLICE("seen"), 0644, false), 0);
	v.bind_from = in("from");
	v.bind_to = in("to");
	cr_expect_str_eq(told(&v, arena_printf(a, "cat %s", in("to/file")).p), "seen");
	cr_expect_not(os_exists(in("to/file")), "nowhere else");
}

Test(vary, the_exit_status) {
	struct vary v = plain();
	const char *fails[] = { "/bin/sh", "-c", "exit 3", NULL };
	const char *dies[] = { "/bin/sh", "-c", "kill -9 $$", NULL };
	const char *absent[] = { "/absent", NULL };
	cr_expect_eq(vary_run(a, &v, fails), 3);
	cr_expect_eq(vary_run(a, &v, dies), 128 + 9);
	cr_expect_eq(vary_run(a, &v, absent), 127);
}

/* --- the preload --- */

static struct vary preloaded(void) {
	struct vary v = plain();
	v.preload = os_realpath(a, "out/vary.so");
	if (!v.preload)
		cr_skip("out/vary.so is not built");
	return v;
}

Test(vary, another_day) {
	struct vary v = preloaded();
	long now = atol(told(&(struct vary){ .home = top, .zone = "UTC", .language = "C",
		.user = (uid_t)-1 }, "date +%s")), then = atol(told(&v, "date +%s"));
	cr_expect_geq(then - now, 399L * 86400);
	cr_expect_lt(then - now, 400L * 86400);
}

Test(vary, one_processor_more) {
	struct vary v = preloaded(), w = plain();
	cr_expect_eq(atoi(told(&v, "nproc")), atoi(told(&w, "nproc")) + 1);
	cr_expect_eq(atoi(told(&v, "getconf _NPROCESSORS_ONLN")),
		atoi(told(&w, "getconf _NPROCESSORS_ONLN")) + 1);
}

Test(vary, directories_backwards) {
	struct vary v = preloaded(), w = plain();
	const char *list = arena_printf(a, "ls -U %s | tr '\\n' ' '", in("dir")).p;
	const char *back = arena_printf(a, "ls -U %s | tac | tr '\\n' ' '", in("dir")).p;
	for (int i = 0; i < 20; i++) {
		const char *file = arena_printf(a, "%s/%d", in("dir"), i).p;
		cr_assert_eq(os_mkparents(file), 0);
		cr_assert_eq(os_write(file, SLICE(""), 0644, false), 0);
	}
	cr_expect_str_eq(told(&v, list), told(&w, back));
	cr_expect_str_neq(told(&v, list), told(&w, list));
}

/* vary.so: a wait until a moment from now ends then, not on that other day. */
Test(vary, waits_end) {
	struct vary v = preloaded();
	cr_assert_eq(os_write(in("wait.c"), SLICE("#define _GNU_SOURCE\n#include <pthread.h>\n"
		"#include <semaphore.h>\n#include <stdio.h>\n#include <time.h>\n"
		"static struct timespec soon(clockid_t clock) {\n"
		"\tstruct timespec t; clock_gettime(clock, &t);\n"
		"\tif ((t.tv_nsec += 1000000) > 999999999) { t.tv_sec++; t.tv_nsec -= 1000000000; }\n"
		"\treturn t;\n}\n"
		"int main(void) {\n"
		"\tpthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_cond_t c, d;\n"
		"\tpthread_condattr_t a; sem_t s; struct timespec t = soon(CLOCK_REALTIME);\n"
		"\tpthread_condattr_init(&a); pthread_cond_init(&c, &a);\n"
		"\tpthread_condattr_setclock(&a, CLOCK_MONOTONIC); pthread_cond_init(&d, &a);\n"
		"\tsem_init(&s, 0, 0); pthread_mutex_lock(&m);\n"
		"\tint ended = pthread_cond_timedwait(&c, &m, &t) != 0;\n"
		"\tstruct timespec u = soon(CLOCK_MONOTONIC);\n"
		"\tended += pthread_cond_timedwait(&d, &m, &u) != 0;\n"
		"\tended += pthread_mutex_timedlock(&m, &t) != 0;\n"
		"\tended += sem_timedwait(&s, &t) != 0;\n"
		"\tended += clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL) == 0;\n"
		"\tprintf(\"%d\\n\", ended); return 0; }\n"), 0644, false), 0);
	cr_expect_str_eq(told(&v, arena_printf(a, "cd %s && cc -o wait wait.c && timeout 20 ./wait", top).p),
		"5");
}

/* A compiler under the preload makes programs, and __DATE__ is another one. */
Test(vary, a_compiler_works) {
	struct vary v = preloaded(), w = plain();
	const char *build = arena_printf(a, "cd %s && cc -o program program.c && ./program", top).p;
	cr_assert_eq(os_write(in("program.c"), SLICE("#include <stdio.h>\n#include <dirent.h>\n"
		"int main(void) { int n = 0; DIR *d = opendir(\".\"); while (readdir(d)) n++;\n"
		"\tlong at = telldir(d); seekdir(d, at); rewinddir(d); while (readdir(d)) n--;\n"
		"\tclosedir(d); printf(\"%s %d\\n\", __DATE__, n); return 0; }\n"), 0644, false), 0);
	const char *now = told(&w, build), *then = told(&v, build);
	cr_expect_str_neq(now, then);
	cr_expect(slice_ends(slice_of(now), " 0") && slice_ends(slice_of(then), " 0"), "%s and %s", now,
		then);
}
