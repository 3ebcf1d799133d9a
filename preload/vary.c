/* vary.so: what `bake repro` puts before libc in its second build. Programs see another day, one
 * processor more and directories in the reverse order; what they write must not tell. Programs linked
 * statically, and those that make system calls themselves, are not reached. */
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* 399 days, 7 hours, 13 minutes: another year, month, day, weekday, hour and minute. */
enum { SHIFT_SECONDS = 399 * 86400 + 7 * 3600 + 13 * 60 };

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* --- the clock --- */

static int is_date(clockid_t clock) {
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
	static int (*next)(clockid_t, struct timespec *);
	if (!next)
		next = NEXT(clock_gettime);
	int rc = next(clock, t);
	if (rc == 0 && is_date(clock))
		t->tv_sec += SHIFT_SECONDS;
	return rc;
}

time_t time(time_t *to) {
	struct timespec t = { 0 };
	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	if (to)
		*to = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *to, void *zone) {
	struct timespec t;
	if (zone)
		memset(zone, 0, sizeof(struct timezone));
	if (clock_gettime(CLOCK_REALTIME, &t))
		return -1;
	*to = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return 0;
}

int timespec_get(struct timespec *t, int base) {
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, t) == 0 ? base : 0;
}

/* --- waiting until a time of that clock: the kernel's is another one. A time of CLOCK_MONOTONIC is too
 * small to be taken for one. --- */

/* pthread_cond_timedwait has an older version, which dlsym may find first. */
#define NEXT_OF(name, version) ({ \
	void *found = dlvsym(RTLD_NEXT, #name, version); \
	found ? (__typeof__(&name))found : NEXT(name); })

static struct timespec real_time(const struct timespec *t) {
	static int (*next)(clockid_t, struct timespec *);
	struct timespec now = { 0 };
	if (!next)
		next = NEXT(clock_gettime);
	next(CLOCK_REALTIME, &now);
	return (struct timespec){ t->tv_sec - (t->tv_sec > now.tv_sec + SHIFT_SECONDS / 2
		? SHIFT_SECONDS : 0), t->tv_nsec };
}

int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until) {
	struct timespec t = real_time(until);
	return NEXT_OF(pthread_cond_timedwait, "GLIBC_2.3.2")(c, m, &t);
}

int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *until) {
	struct timespec t = real_time(until);
	return NEXT(pthread_mutex_timedlock)(m, &t);
}

int sem_timedwait(sem_t *s, const struct timespec *until) {
	struct timespec t = real_time(until);
	return NEXT(sem_timedwait)(s, &t);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
		struct timespec *left) {
	struct timespec t = *until;
	if ((flags & TIMER_ABSTIME) && is_date(clock))
		t = real_time(until);
	return NEXT(clock_nanosleep)(clock, flags, &t, left);
}

/* --- processors --- */

int get_nprocs(void) {
	return NEXT(get_nprocs)() + 1;
}

long sysconf(int name) {
	static long (*next)(int);
	if (!next)
		next = NEXT(sysconf);
	return next(name) + (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF);
}

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
	int rc = NEXT(sched_getaffinity)(process, size, set);
	for (size_t i = 0; rc == 0 && i < size * 8; i++)
		if (!CPU_ISSET_S(i, size, set)) {
			CPU_SET_S(i, size, set);
			break;
		}
	return rc;
}

/* --- directories: all entries are read at the first question and given from the last --- */

struct listing {
	DIR *dir;
	struct dirent **entry;
	size_t count, left;
	struct listing *next;
};

static struct listing *listings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct listing **find(DIR *dir) {
	struct listing **at = &listings;
	while (*at && (*at)->dir != dir)
		at = &(*at)->next;
	return at;
}

/* With no memory the rest of the entries stays in the order it has. */
static struct listing *read_all(DIR *dir) {
	struct dirent *(*next)(DIR *) = NEXT(readdir), *e;
	struct listing *l = calloc(1, sizeof *l);
	while (l && (e = next(dir))) {
		struct dirent **more = realloc(l->entry, (l->count + 1) * sizeof *more);
		if (!more || !(more[l->count] = malloc(e->d_reclen)))
			break;
		memcpy(more[l->count], e, e->d_reclen);
		l->entry = more;
		l->count++;
	}
	if (!l)
		return NULL;
	l->dir = dir;
	l->left = l->count;
	l->next = listings;
	return listings = l;
}

static void forget(DIR *dir) {
	pthread_mutex_lock(&lock);
	struct listing **at = find(dir), *l = *at;
	if (l) {
		*at = l->next;
		for (size_t i = 0; i < l->count; i++)
			free(l->entry[i]);
		free(l->entry);
		free(l);
	}
	pthread_mutex_unlock(&lock);
}

struct dirent *readdir(DIR *dir) {
	pthread_mutex_lock(&lock);
	struct listing *l = *find(dir);
	if (!l)
		l = read_all(dir);
	struct dirent *e = l && l->left ? l->entry[--l->left] : NULL;
	pthread_mutex_unlock(&lock);
	return e;
}

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "one layout for both");

struct dirent64 *readdir64(DIR *dir) {
	return (struct dirent64 *)readdir(dir);
}

void rewinddir(DIR *dir) {
	forget(dir);
	NEXT(rewinddir)(dir);
}

long telldir(DIR *dir) {
	pthread_mutex_lock(&lock);
	struct listing *l = *find(dir);
	long place = l ? (long)(l->count - l->left) : 0;
	pthread_mutex_unlock(&lock);
	return place;
}

void seekdir(DIR *dir, long place) {
	pthread_mutex_lock(&lock);
	struct listing *l = *find(dir);
	if (l && (size_t)place <= l->count)
		l->left = l->count - (size_t)place;
	pthread_mutex_unlock(&lock);
}

int closedir(DIR *dir) {
	forget(dir);
	return NEXT(closedir)(dir);
}
