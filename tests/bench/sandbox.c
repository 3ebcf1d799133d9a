/* sandbox DIR: prints the median wall time in ms of fork, exec and wait of `true`, plain and in a
 * sandbox of the kind target recipes get. DIR stands for TMPDIR. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

/* s NULL: without a sandbox. */
static double once(const struct sandbox *s) {
	int status;
	double start = now_ms();
	pid_t child = s ? sandbox_fork(s) : fork();
	if (child == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		exit(1);
	return now_ms() - start;
}

int main(int count, char **words) {
	double plain[RUNS], inside[RUNS];
	const char *why;
	struct arena *a = arena_new();
	struct sandbox s = { .view = count == 2 ? sandbox_prepare(a, words[1], NULL) : NULL };
	if (!s.view || !sandbox_works(s.view, &why))
		return 1;
	for (int i = 0; i < RUNS; i++) { /* in turn, so that a busy moment meets both */
		plain[i] = once(NULL);
		inside[i] = once(&s);
	}
	qsort(plain, RUNS, sizeof *plain, by_value);
	qsort(inside, RUNS, sizeof *inside, by_value);
	printf("%.2f %.2f\n", plain[RUNS / 2], inside[RUNS / 2]);
	arena_free(a);
	return 0;
}
