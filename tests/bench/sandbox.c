/* sandbox TMPDIR HOSTTOOLS_DIR: prints the median wall time in ms of fork, exec and wait of `true`, plain and in a
 * sandbox of the kind target recipes get; then the mean CPU time in ms of the two, which a busy machine leaves alone. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "util.h"

enum { RUNS = 301 };

static double now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *x, const void *y) {
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

/* Of the children so far. */
static double cpu_ms(void) {
	struct rusage use;
	getrusage(RUSAGE_CHILDREN, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3
	       + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
}

/* s NULL: without a sandbox. Adds the child's CPU time to *cpu. */
static double once(const struct sandbox *s, double *cpu) {
	int status;
	double start = now_ms(), before = cpu_ms();
	pid_t child = s ? sandbox_fork(s) : fork();
	if (child == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		exit(1);
	*cpu += cpu_ms() - before;
	return now_ms() - start;
}

int main(int count, char **words) {
	double plain[RUNS], inside[RUNS], plain_cpu = 0, inside_cpu = 0;
	const char *why;
	struct arena *a = arena_new();
	struct sandbox s = { .view = count == 3 ? sandbox_prepare(a, words[1], words[2], SLICE("")) : NULL };
	struct sandbox_probe probe = sandbox_ask();
	if (!sandbox_answer(&probe, &why) || !s.view)
		return 1;
	for (int i = 0; i < RUNS; i++) { /* in turn, so that a busy moment meets both */
		plain[i] = once(NULL, &plain_cpu);
		inside[i] = once(&s, &inside_cpu);
	}
	qsort(plain, RUNS, sizeof *plain, by_value);
	qsort(inside, RUNS, sizeof *inside, by_value);
	printf("%.2f %.2f %.2f %.2f\n", plain[RUNS / 2], inside[RUNS / 2], plain_cpu / RUNS, inside_cpu / RUNS);
	arena_free(a);
	return 0;
}
