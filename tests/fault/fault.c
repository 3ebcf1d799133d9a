/* fault.so: put before the C library (LD_PRELOAD) by tests/system/faults.test and robust.test, so that neither the
 * engine nor the libraries it uses (libarchive, libcurl, Lua, OpenSSL) know anything of it.
 *
 * FAULT=KIND:N in the environment makes the N-th call of a kind fail, counted over the engine and the processes it
 * forks; FAULT=kill:N kills the engine (the process that was started) at its N-th call of any kind, FAULT=killtask:N
 * the forked process that makes their N-th; FAULT=count prints, when the engine ends, how many calls of each kind
 * there were. CLOCK=jumps: each time the date is asked
 * for it is four years off, now in the past, now in the future.
 * What the engine executes sees nothing of either: the variables are taken out of the environment. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum kind { ALLOC, WRITE, RENAME, FORK, CLONE, OPEN, READ, READDIR, MKDIR, LINK, PIPE, MMAP, FSYNC, KILL, KILLTASK, KINDS };

static const struct { const char *name; int error; } kinds[KINDS] = {
	[ALLOC] = { "alloc", ENOMEM },
	[WRITE] = { "write", ENOSPC },
	[RENAME] = { "rename", ENOSPC },
	[FORK] = { "fork", EAGAIN },
	[CLONE] = { "clone", ENOSPC },
	[OPEN] = { "open", EMFILE },
	[READ] = { "read", EIO },
	[READDIR] = { "readdir", EIO },
	[MKDIR] = { "mkdir", ENOSPC },
	[LINK] = { "link", ENOSPC },
	[PIPE] = { "pipe", EMFILE },
	[MMAP] = { "mmap", ENOMEM },
	[FSYNC] = { "fsync", EIO },
	[KILL] = { "kill", 0 },
	[KILLTASK] = { "killtask", 0 },
};

static struct fault {
	atomic_long calls[KINDS];        /* shared by all processes */
	atomic_long dates;
} *shared;
static long fails[KINDS];            /* which call; 0: none */
static pid_t first;
static int jumps;

static void print_counts(void) {
	if (getpid() != first)
		return;
	for (int k = 0; k < KINDS; k++)
		dprintf(2, "fault: %s %ld\n", kinds[k].name, shared->calls[k]);
}

static void choose(const char *text) {
	const char *number = strchr(text, ':');
	for (int k = 0; number && k < KINDS; k++)
		if (number == text + strlen(kinds[k].name) && strncmp(text, kinds[k].name, (size_t)(number - text)) == 0)
			fails[k] = strtol(number + 1, NULL, 10);
}

/* Before main. What the dynamic linker and other constructors did is not counted. */
__attribute__((constructor)) static void begin(void) {
	const char *fault = getenv("FAULT"), *clock = getenv("CLOCK");
	jumps = clock && strcmp(clock, "jumps") == 0;
	struct fault *page = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		abort();
	first = getpid();
	if (fault && strcmp(fault, "count") == 0)
		atexit(print_counts);
	if (fault)
		choose(fault);
	unsetenv("LD_PRELOAD");
	unsetenv("FAULT");
	unsetenv("CLOCK");
	shared = page;
}

static int is_due(enum kind kind) {
	return atomic_fetch_add(&shared->calls[kind], 1) + 1 == fails[kind];
}

static int fault(enum kind kind) {
	if (!shared)
		return 0;
	if (is_due(getpid() == first ? KILL : KILLTASK))
		raise(SIGKILL);
	if (!is_due(kind))
		return 0;
	errno = kinds[kind].error;
	return 1;
}

/* --- memory: dlsym itself allocates, so these go to the C library by the names it has for them --- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) {
	return fault(ALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
	return fault(ALLOC) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
	return fault(ALLOC) ? NULL : __libc_realloc(old, size);
}

/* --- the rest --- */

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define REPLACE(type, name, parameters, arguments, kind) \
	type name parameters { \
		static __typeof__(&name) next; \
		if (!next) \
			next = NEXT(name); \
		return fault(kind) ? (type)-1 : next arguments; \
	}

REPLACE(ssize_t, write, (int fd, const void *p, size_t size), (fd, p, size), WRITE)
REPLACE(ssize_t, read, (int fd, void *p, size_t size), (fd, p, size), READ)
REPLACE(ssize_t, pread, (int fd, void *p, size_t size, off_t at), (fd, p, size, at), READ)
REPLACE(int, rename, (const char *from, const char *to), (from, to), RENAME)
REPLACE(pid_t, fork, (void), (), FORK)
REPLACE(int, mkdir, (const char *path, mode_t mode), (path, mode), MKDIR)
REPLACE(int, link, (const char *from, const char *to), (from, to), LINK)
REPLACE(int, symlink, (const char *text, const char *path), (text, path), LINK)
REPLACE(int, pipe2, (int fds[2], int flags), (fds, flags), PIPE)
REPLACE(int, fsync, (int fd), (fd), FSYNC)
REPLACE(int, syncfs, (int fd), (fd), FSYNC)
REPLACE(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t from),
	(at, size, protection, flags, fd, from), MMAP)

struct dirent *readdir(DIR *dir) {
	static struct dirent *(*next)(DIR *);
	if (!next)
		next = NEXT(readdir);
	return fault(READDIR) ? NULL : next(dir);
}

/* A function cannot stand before vfork (the child would leave it with the stack of both). */
pid_t vfork(void) {
	return fork();
}

/* What stands behind the flags is only there for some of them; reading it is harmless. */
static mode_t mode_of(va_list rest) {
	return va_arg(rest, mode_t);
}

#define REPLACE_OPEN(name, parameters, arguments) \
	int name parameters { \
		static __typeof__(&name) next; \
		va_list rest; \
		va_start(rest, flags); \
		mode_t mode = flags & (O_CREAT | O_TMPFILE) ? mode_of(rest) : 0; \
		va_end(rest); \
		if (!next) \
			next = NEXT(name); \
		return fault(OPEN) ? -1 : next arguments; \
	}

REPLACE_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
REPLACE_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
REPLACE_OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

long syscall(long number, ...) {
	static __typeof__(&syscall) next;
	long a[6];
	va_list rest;
	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	if (!next)
		next = NEXT(syscall);
	if (number == SYS_clone && fault(CLONE))
		return -1;
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- the clock --- */

enum { JUMP_SECONDS = 4 * 365 * 86400 };

int clock_gettime(clockid_t clock, struct timespec *t) {
	static __typeof__(&clock_gettime) next;
	if (!next)
		next = NEXT(clock_gettime);
	int rc = next(clock, t);
	if (rc == 0 && jumps && clock == CLOCK_REALTIME)
		t->tv_sec += atomic_fetch_add(&shared->dates, 1) & 1 ? JUMP_SECONDS : -JUMP_SECONDS;
	return rc;
}

time_t time(time_t *to) {
	struct timespec t = { 0 };
	clock_gettime(CLOCK_REALTIME, &t);
	if (to)
		*to = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *to, void *zone) {
	struct timespec t = { 0 };
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	*to = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return 0;
}
