/* os: the file system, as the rest of the engine wants it.
 *
 * Invariants: a name exists only once its content is complete (temporary name, then rename); every
 * descriptor is close-on-exec; what a directory gave is sorted before anyone sees it. */
#include "os.h"
#include "util.h"
#include "witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* --- whole files --- */

/* Reads until the end: the size of a /proc file or a growing log is not known beforehand. */
static int read_rest(int fd, struct buf *b) {
	char chunk[16384];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		buf_add(b, (struct slice){ chunk, (size_t)n });
	}
}

/* Reads at most size bytes into p; how many came, or −1. */
static ssize_t read_full(int fd, char *p, size_t size) {
	size_t done = 0;
	while (done < size) {
		ssize_t n = read(fd, p + done, size - done);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			done += (size_t)n;
	}
	return (ssize_t)done;
}

static int read_fd(struct arena *a, int fd, struct slice *text) {
	struct stat st;
	if (fstat(fd, &st))
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	char *p = arena_alloc(a, (size_t)st.st_size + 1);
	ssize_t n = read_full(fd, p, (size_t)st.st_size);
	if (n < 0)
		return -1;
	*text = (struct slice){ p, (size_t)n };
	if (n < st.st_size || st.st_size > 0)
		return 0;
	struct buf b = { .arena = a };
	if (read_rest(fd, &b))
		return -1;
	*text = buf_slice(&b);
	return 0;
}

int os_read(struct arena *a, const char *path, struct slice *text) {
	witness_content(path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int rc = read_fd(a, fd, text), why = errno;
	close(fd);
	errno = why;
	return rc;
}

int os_write_all(int fd, struct slice text) {
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			text = slice_sub(text, (size_t)n, text.n);
	}
	return 0;
}

int os_write(const char *path, struct slice text, mode_t mode, bool sync) {
	witness_unsteady();
	char *temporary;
	if (asprintf(&temporary, "%s.tmp-XXXXXX", path) < 0)
		broken("out of memory");
	int fd = mkostemp(temporary, O_CLOEXEC), rc = -1, why;
	if (fd >= 0) {
		rc = os_write_all(fd, text) || fchmod(fd, mode) || (sync && fsync(fd)) ? -1 : 0;
		why = errno;
		if (close(fd) && !rc)
			rc = -1, why = errno;
		if (!rc && rename(temporary, path))
			rc = -1, why = errno;
		if (rc)
			unlink(temporary);
		errno = why;
	}
	why = errno;
	free(temporary);
	errno = why;
	return rc;
}

char *os_beside(struct arena *a, const char *path, const char *kind) {
	uint64_t any;
	if (getrandom(&any, sizeof any, 0) != sizeof any)
		any = (uint64_t)os_now_ms();
	return arena_str(a, arena_printf(a, "%s.%s-%d-%016" PRIx64, path, kind, (int)getpid(), any));
}

/* --- questions --- */

bool os_exists(const char *path) {
	witness_existence(path);
	struct stat st;
	return lstat(path, &st) == 0;
}

bool os_is_dir(const char *path) {
	witness_existence(path);
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool os_is_file(const char *path) {
	witness_existence(path);
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

void os_pause(unsigned ms) {
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

int64_t os_now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t os_free_bytes(const char *path) {
	struct statvfs v;
	return statvfs(path, &v) ? UINT64_MAX : (uint64_t)v.f_bavail * v.f_frsize;
}

/* --- directories --- */

/* The next entry but "." and ".."; NULL at the end with errno 0, or when the directory cannot be read on. */
static struct dirent *next_entry(DIR *d) {
	struct dirent *e;
	do {
		errno = 0;
		e = readdir(d);
	} while (e && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0));
	return e;
}

static int make_dir(const char *path) {
	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno == EEXIST && os_is_dir(path))
		return 0;
	return -1;
}

int os_mkdirs(const char *path) {
	witness_unsteady();
	if (os_is_dir(path))
		return 0;
	char *p = strdup(path);
	if (!p)
		broken("out of memory");
	int rc = 0;
	for (char *slash = strchr(p + 1, '/'); slash && !rc; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = make_dir(p);
		*slash = '/';
	}
	if (!rc)
		rc = make_dir(p);
	int why = errno;
	free(p);
	errno = why;
	return rc;
}

int os_mkparents(const char *path) {
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	char *p = strndup(path, (size_t)(slash - path));
	if (!p)
		broken("out of memory");
	int rc = os_mkdirs(p), why = errno;
	free(p);
	errno = why;
	return rc;
}

/* One directory held open a level: what lies deeper than this is moved up to the top and removed from there,
 * however deep a tree is (that of a hostile archive, of a test that failed). */
enum { LEVELS_MOST = 100 };

struct removal {
	int top;                 /* the directory at the first level */
	unsigned moved;
};

static int remove_at(struct removal *r, int dir, const char *name, int level);

static int move_up(struct removal *r, int dir, const char *name) {
	char to[64];
	snprintf(to, sizeof to, ".deeper-%d-%u", (int)getpid(), r->moved++);
	return renameat(dir, name, r->top, to);
}

/* Again as long as the first level gained what was moved up to it. */
static int remove_children(struct removal *r, int fd, int level) {
	unsigned moved;
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -1;
	}
	int rc = 0;
	if (level == 1)
		r->top = fd;
	do {
		moved = r->moved;
		for (struct dirent *e; (e = next_entry(d));)
			if (remove_at(r, fd, e->d_name, level))
				rc = -1;
		rewinddir(d);
	} while (level == 1 && rc == 0 && r->moved != moved);
	int why = errno;
	closedir(d);
	errno = why;
	return rc;
}

static int remove_at(struct removal *r, int dir, const char *name, int level) {
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
			(st.st_mode & S_IRWXU) != S_IRWXU)
		fchmodat(dir, name, S_IRWXU, 0);     /* a build may leave read-only trees */
	if (level == LEVELS_MOST)
		return move_up(r, dir, name);
	int fd = openat(dir, name, FLAGS);
	if (fd < 0 || remove_children(r, fd, level + 1))
		return -1;
	return unlinkat(dir, name, AT_REMOVEDIR);
}

int os_remove(const char *path) {
	struct removal r = { .top = -1 };
	witness_unsteady();
	return remove_at(&r, AT_FDCWD, path, 0);
}

/* --- copies --- */

static int copy_bytes(int in, int out) {
	for (;;) {
		ssize_t n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
		if (n == 0)
			return 0;
		if (n < 0)
			break;
	}
	if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	char chunk[65536];
	for (;;) {
		ssize_t n = read(in, chunk, sizeof chunk);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || os_write_all(out, (struct slice){ chunk, (size_t)n }))
			return -1;
	}
}

static int copy_regular(const char *from, const char *to, const struct stat *st) {
	int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -1;
	unlink(to);              /* never write through a hard link into somebody else's file */
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = -1;
	if (out >= 0) {
		struct timespec times[2] = { st->st_mtim, st->st_mtim };
		rc = copy_bytes(in, out) || fchmod(out, st->st_mode & 07777) ||
			futimens(out, times) ? -1 : 0;
		int why = errno;
		if (close(out) && !rc)
			rc = -1, why = errno;
		errno = why;
	}
	int why = errno;
	close(in);
	errno = why;
	return rc;
}

static int copy_symlink(struct arena *a, const char *from, const char *to, const struct stat *st) {
	size_t size = (size_t)st->st_size + 1;
	char *target = arena_alloc(a, size + 1);
	ssize_t n = readlink(from, target, size);
	if (n < 0)
		return -1;
	unlink(to);
	if (symlink(target, to))
		return -1;
	struct timespec times[2] = { st->st_mtim, st->st_mtim };
	utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

/* Anything but a directory. */
static int copy_leaf(struct arena *a, const char *from, const char *to, bool hard) {
	struct stat st;
	if (lstat(from, &st))
		return -1;
	if (S_ISLNK(st.st_mode))
		return copy_symlink(a, from, to, &st);
	if (hard) {
		if (link(from, to) == 0)
			return 0;
		if (errno == EEXIST && unlink(to) == 0 && link(from, to) == 0)
			return 0;
	}
	if (S_ISREG(st.st_mode))
		return copy_regular(from, to, &st);
	return mknod(to, st.st_mode, st.st_rdev);
}

/* mkdir over whatever is not a directory; a link to a directory counts as one, as with cp -a. */
static int copy_dir(const char *to, mode_t mode) {
	if (mkdir(to, mode | S_IRWXU) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (os_is_dir(to))
		return 0;
	return unlink(to) || mkdir(to, mode | S_IRWXU) ? -1 : 0;
}

static int copy_entries(struct arena *a, const char *from, const char *to, bool hard) {
	struct os_entry *e;
	size_t n;
	if (os_walk(a, from, &e, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *source = arena_printf(a, "%s/%s", from, e[i].path).p;
		const char *copy = arena_printf(a, "%s/%s", to, e[i].path).p;
		if (e[i].type == 'd' ? copy_dir(copy, e[i].mode) : copy_leaf(a, source, copy, hard))
			return -1;
	}
	/* Modes and times of directories last: filling them changes both. */
	for (size_t i = n; i-- > 0;) {
		if (e[i].type != 'd')
			continue;
		const char *copy = arena_printf(a, "%s/%s", to, e[i].path).p;
		struct timespec t = { .tv_sec = e[i].mtime };
		struct timespec times[2] = { t, t };
		chmod(copy, e[i].mode);
		utimensat(AT_FDCWD, copy, times, 0);
	}
	return 0;
}

int os_copy_tree(const char *from, const char *to, bool hard) {
	witness_unsteady();
	struct arena *a = arena_new();
	struct stat st;
	int rc = lstat(from, &st);
	if (!rc)
		rc = os_mkparents(to);
	if (!rc && S_ISDIR(st.st_mode))
		rc = os_mkdirs(to) || copy_entries(a, from, to, hard) ? -1 : 0;
	else if (!rc)
		rc = copy_leaf(a, from, to, hard);
	int why = errno;
	arena_free(a);
	errno = why;
	return rc;
}

int os_copy_file(const char *from, const char *to) {
	witness_unsteady();
	struct stat st;
	return stat(from, &st) || os_mkparents(to) ? -1 : copy_regular(from, to, &st);
}

/* --- names --- */

char *os_cwd(struct arena *a) {
	witness_unsteady();
	char *p = getcwd(NULL, 0);
	if (!p)
		return NULL;
	char *copy = arena_str(a, slice_of(p));
	free(p);
	return copy;
}

char *os_realpath(struct arena *a, const char *path) {
	witness_resolution(path);
	char *p = realpath(path, NULL);
	if (!p)
		return NULL;
	char *copy = arena_str(a, slice_of(p));
	free(p);
	return copy;
}

char *os_absolute(struct arena *a, const char *path) {
	struct slice rest = path[0] == '/' ? slice_of(path) : arena_printf(a, "%s/%s", os_cwd(a), path);
	struct buf b = { .arena = a };
	for (struct slice part; slice_field(&rest, '/', &part);) {
		if (part.n == 0 || slice_is(part, "."))
			continue;
		if (!slice_is(part, "..")) {
			buf_addf(&b, "/" SFMT, SARG(part));
		} else if (b.n) {
			while (b.p[--b.n] != '/')
				;
			b.p[b.n] = '\0';
		}
	}
	if (!b.n)
		buf_addc(&b, '/');
	return b.p;
}

struct slice os_path(struct arena *a, struct slice dir, struct slice name) {
	if (name.n && name.p[0] == '/')
		return arena_dup(a, name);
	bool slash = dir.n && dir.p[dir.n - 1] == '/';
	return arena_printf(a, SFMT "%s" SFMT, SARG(dir), slash ? "" : "/", SARG(name));
}

struct slice os_dirname(struct slice path) {
	size_t n = path.n;
	while (n && path.p[n - 1] != '/')
		n--;
	while (n > 1 && path.p[n - 1] == '/')
		n--;
	return slice_sub(path, 0, n);
}

bool os_climbs(struct slice path) {
	for (struct slice part; slice_field(&path, '/', &part);)
		if (slice_is(part, ".."))
			return true;
	return false;
}

bool os_stays_below(struct arena *a, const char *dir, const char *path) {
	char *top = os_realpath(a, dir), *real;
	struct slice there = slice_of(path);
	while (!(real = os_realpath(a, arena_str(a, there))) && there.n > 1)
		there = os_dirname(there);
	size_t n = top ? strlen(top) : 0;
	return top && real && strncmp(real, top, n) == 0 && (real[n] == '/' || !real[n]);
}

struct slice os_basename(struct slice path) {
	size_t n = path.n;
	while (n && path.p[n - 1] != '/')
		n--;
	return slice_sub(path, n, path.n);
}

/* --- walks --- */

struct walk {
	struct arena *arena;
	struct os_entry *v;
	size_t n, cap;
};

static void walk_add(struct walk *w, struct os_entry e) {
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		w->v = xrealloc(w->v, w->cap * sizeof *w->v);
	}
	w->v[w->n++] = e;
}

static char type_letter(mode_t mode) {
	switch (mode & S_IFMT) {
	case S_IFREG: return 'f';
	case S_IFDIR: return 'd';
	case S_IFLNK: return 'l';
	case S_IFCHR: return 'c';
	case S_IFBLK: return 'b';
	case S_IFIFO: return 'p';
	default: return 's';
	}
}

static const char *link_target(struct arena *a, int dir, const char *name, off_t size) {
	size_t room = (size_t)size + 64;
	char *target = arena_alloc(a, room + 1);
	return readlinkat(dir, name, target, room) < 0 ? NULL : target;
}

static int walk_dir(struct walk *w, int fd, struct slice prefix);

static int walk_entry(struct walk *w, int dir, const char *name, struct slice prefix) {
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -1;
	struct slice path = prefix.n ? arena_printf(w->arena, SFMT "/%s", SARG(prefix), name)
		: arena_dup(w->arena, slice_of(name));
	struct os_entry e = {
		.path = path.p, .type = type_letter(st.st_mode), .mode = st.st_mode & 07777,
		.size = (uint64_t)st.st_size, .mtime = st.st_mtime, .inode = st.st_ino,
		.device = st.st_dev,
	};
	if (e.type == 'l' && !(e.target = link_target(w->arena, dir, name, st.st_size)))
		return -1;
	walk_add(w, e);
	if (e.type != 'd')
		return 0;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -1 : walk_dir(w, fd, path);
}

/* Takes over fd. */
static int walk_dir(struct walk *w, int fd, struct slice prefix) {
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -1;
	}
	int rc = 0;
	struct dirent *e;
	while (!rc && (e = next_entry(d)))
		rc = walk_entry(w, dirfd(d), e->d_name, prefix);
	if (!rc && errno)
		rc = -1;
	int why = errno;
	closedir(d);
	errno = why;
	return rc;
}

static int by_path(const void *a, const void *b) {
	return strcmp(((const struct os_entry *)a)->path, ((const struct os_entry *)b)->path);
}

int os_walk(struct arena *a, const char *root, struct os_entry **entries, size_t *count) {
	witness_unsteady();
	struct walk w = { .arena = a };
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : walk_dir(&w, fd, SLICE_NONE), why = errno;
	*count = rc ? 0 : w.n;
	*entries = ARENA_ARRAY(a, struct os_entry, *count + 1);
	if (*count) {
		memcpy(*entries, w.v, w.n * sizeof *w.v);
		qsort(*entries, w.n, sizeof *w.v, by_path);
	}
	free(w.v);
	errno = why;
	return rc;
}

int os_list(struct arena *a, const char *dir, struct slices *names) {
	witness_content(dir);
	DIR *d = opendir(dir);
	if (!d)
		return -1;
	for (struct dirent *e; (e = next_entry(d));)
		slices_add(a, names, arena_dup(a, slice_of(e->d_name)));
	int why = errno;
	closedir(d);
	slices_sort(names);
	errno = why;
	return why ? -1 : 0;
}

int os_glob(struct arena *a, const char *pattern, struct slices *paths) {
	witness_unsteady();
	glob_t g;
	int rc = glob(pattern, 0, NULL, &g);
	if (rc == GLOB_NOMATCH)
		return 0;
	if (rc) {
		errno = rc == GLOB_NOSPACE ? ENOMEM : EIO;
		return -1;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		slices_add(a, paths, arena_dup(a, slice_of(g.gl_pathv[i])));
	globfree(&g);
	slices_sort(paths);      /* glob(3) sorts by locale */
	return 0;
}

/* --- locks --- */

static int lock(const char *path, int operation) {
	witness_unsteady();
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 && (errno == EACCES || errno == EROFS))
		fd = open(path, O_RDONLY | O_CLOEXEC);   /* somebody else's locks as well */
	if (fd < 0)
		return -1;
	while (flock(fd, operation)) {
		if (errno == EINTR)
			continue;
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

int os_lock(const char *path, bool wait) {
	return lock(path, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
}

int os_lock_shared(const char *path) {
	return lock(path, LOCK_SH);
}
