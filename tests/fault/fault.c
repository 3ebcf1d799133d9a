/* fault: the linker puts these in place of the C library's functions in the fault build (FLAVOUR=fault, see the
 * Makefile), so that the engine's source knows nothing of it. FAULT=KIND:N in the environment makes the N-th call
 * of a kind fail, counted over the engine and the processes it forks; FAULT=count prints, when the engine ends, how
 * many calls of each kind there were. */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum kind { ALLOC, WRITE, RENAME, FORK, KINDS };

static const struct { const char *name; int error; } kinds[KINDS] = {
	[ALLOC] = { "alloc", ENOMEM },
	[WRITE] = { "write", ENOSPC },
	[RENAME] = { "rename", ENOSPC },
	[FORK] = { "fork", EAGAIN },
};

static struct fault {
	atomic_long calls[KINDS];        /* shared by all processes */
} *shared;
static long fails[KINDS];                /* which call; 0: none */
static pid_t first;

static void print_counts(void) {
	if (getpid() != first)
		return;
	for (int k = 0; k < KINDS; k++)
		dprintf(2, "fault: %s %ld\n", kinds[k].name, shared->calls[k]);
}

/* Before main, and before anything of the engine allocates. */
__attribute__((constructor)) static void begin(void) {
	const char *text = getenv("FAULT");
	if (!text)
		return;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	first = getpid();
	if (strcmp(text, "count") == 0)
		atexit(print_counts);
	for (int k = 0; k < KINDS; k++) {
		size_t n = strlen(kinds[k].name);
		if (strncmp(text, kinds[k].name, n) == 0 && text[n] == ':')
			fails[k] = strtol(text + n + 1, NULL, 10);
	}
}

static int fault(enum kind kind) {
	if (!shared || atomic_fetch_add(&shared->calls[kind], 1) + 1 != fails[kind])
		return 0;
	errno = kinds[kind].error;
	return 1;
}

#define WRAP(type, name, parameters, arguments, kind, failure) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters { \
		return fault(kind) ? (failure) : __real_##name arguments; \
	}

WRAP(void *, malloc, (size_t size), (size), ALLOC, NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), ALLOC, NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), ALLOC, NULL)
WRAP(char *, strdup, (const char *text), (text), ALLOC, NULL)
WRAP(char *, strndup, (const char *text, size_t size), (text, size), ALLOC, NULL)
WRAP(ssize_t, write, (int fd, const void *p, size_t size), (fd, p, size), WRITE, -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), RENAME, -1)
WRAP(pid_t, fork, (void), (), FORK, -1)

/* A function cannot stand before vfork (the child would leave it with the stack of both), so the fault build
 * forks instead. */
pid_t __wrap_vfork(void);
pid_t __wrap_vfork(void) {
	return __wrap_fork();
}
