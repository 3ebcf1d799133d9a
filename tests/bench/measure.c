/* measure RUNS COMMAND [ARGUMENT…]: runs the command RUNS times with its output thrown away and prints
 * the median wall time in ms, the peak memory of its largest process in MiB and the mean CPU time in ms
 * of it and all it started. Exits 1 when the command fails, unless MEASURE_STATUS is set. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *x, const void *y) {
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static void become(char **command) {
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	if (!getenv("MEASURE_VERBOSE"))
		dup2(null, 2);
	execvp(command[0], command);
	_exit(127);
}

static double in_ms(struct timeval t) {
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double once(char **command, long *peak_kib, double *cpu_ms) {
	struct rusage use;
	int status;
	double start = now_ms();
	pid_t child = fork();
	if (child == 0)
		become(command);
	if (child < 0 || wait4(child, &status, 0, &use) < 0)
		return -1;
	double ms = now_ms() - start;
	*cpu_ms += in_ms(use.ru_utime) + in_ms(use.ru_stime);
	if (use.ru_maxrss > *peak_kib)
		*peak_kib = use.ru_maxrss;
	bool failed = !WIFEXITED(status) || (WEXITSTATUS(status) && !getenv("MEASURE_STATUS"));
	return failed ? -1 : ms;
}

int main(int count, char **words) {
	int runs = count > 2 ? atoi(words[1]) : 0;
	if (runs < 1 || runs > 1000) {
		fprintf(stderr, "usage: measure RUNS COMMAND [ARGUMENT…]\n");
		return 2;
	}
	double ms[1000], cpu_ms = 0;
	long peak_kib = 0;
	for (int i = 0; i < runs; i++) {
		ms[i] = once(words + 2, &peak_kib, &cpu_ms);
		if (ms[i] < 0) {
			fprintf(stderr, "measure: %s failed\n", words[2]);
			return 1;
		}
	}
	qsort(ms, (size_t)runs, sizeof *ms, by_value);
	printf("%.1f %.1f %.1f\n", ms[runs / 2], (double)peak_kib / 1024, cpu_ms / runs);
	return 0;
}
