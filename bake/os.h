/* os: files, directories, atomic writes, locks, walks. The world may fail here: functions that
 * return int give 0, or −1 with errno set and (unless the comment says quiet) no message. */
#ifndef BAKE_OS_H
#define BAKE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct slice;
struct slices;

int os_read(struct arena *a, const char *path, struct slice *text);   /* whole file, NUL-terminated */
int os_write_all(int fd, struct slice text);         /* all of it, whatever the kernel takes at a time */
/* Writes a temporary file beside path, fsyncs when sync, renames. Nothing half-written survives. */
int os_write(const char *path, struct slice text, mode_t mode, bool sync);
/* A name beside path that nobody else makes, "PATH.KIND-…", in another container with its own process numbers either. */
char *os_beside(struct arena *a, const char *path, const char *kind);
bool os_exists(const char *path);                    /* lstat: a dangling link exists */
bool os_is_dir(const char *path);
bool os_is_file(const char *path);                   /* a regular file, after links */
int os_mkdirs(const char *path);                     /* with parents; existing is fine */
int os_mkparents(const char *path);                  /* the directories above path */
int os_remove(const char *path);                     /* recursive, makes directories writable; absent is fine */
/* Copies a tree (or a file): hard links with link when both are on one filesystem, data otherwise;
 * keeps modes, mtimes and symbolic links; merges into existing directories, replaces files. */
int os_copy_tree(const char *from, const char *to, bool link);
int os_copy_file(const char *from, const char *to);
char *os_realpath(struct arena *a, const char *path);         /* NULL when it does not resolve */
char *os_absolute(struct arena *a, const char *path);         /* lexical: cwd + path, no . or .. */
char *os_cwd(struct arena *a);
struct slice os_path(struct arena *a, struct slice dir, struct slice name);   /* "dir/name" */
struct slice os_dirname(struct slice path);
struct slice os_basename(struct slice path);
bool os_climbs(struct slice path);                   /* has it a part ".."? */
/* Is path, as far as it is there, below dir (absolute, there) or dir itself, wherever links lead? */
bool os_stays_below(struct arena *a, const char *dir, const char *path);

struct os_entry {
	const char *path;        /* relative to the root of the walk */
	char type;               /* f file, d directory, l link, c, b, p, s */
	mode_t mode;             /* permission bits */
	uint64_t size;           /* bytes */
	int64_t mtime;           /* seconds */
	ino_t inode;
	dev_t device;
	const char *target;      /* of a link, else NULL */
};

/* Every entry below root in byte order of paths, a directory before what is in it. */
int os_walk(struct arena *a, const char *root, struct os_entry **entries, size_t *count);
int os_list(struct arena *a, const char *dir, struct slices *names);          /* sorted */
/* Shell globs with ** unsupported; sorted; no match gives none. */
int os_glob(struct arena *a, const char *pattern, struct slices *paths);

/* An exclusive advisory lock on path (made when absent). wait: block, else fail with EWOULDBLOCK.
 * Returns an fd to close when done (the file stays), or −1. */
int os_lock(const char *path, bool wait);
int os_lock_shared(const char *path);
int64_t os_now_ms(void);                             /* CLOCK_MONOTONIC */
void os_pause(unsigned ms);                          /* whatever signals come */
uint64_t os_free_bytes(const char *path);            /* for an ordinary user; UINT64_MAX when unknown */

#endif
