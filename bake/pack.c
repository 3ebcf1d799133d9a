/* pack: trees to one tar.zst and back.
 *
 * Two libarchive streams lie one in the other: tar inside, zstd outside; every byte between them
 * is hashed, so the content hash knows nothing of compressors and their versions. Behind the zstd
 * frame stands a skippable one with the content, which tar and zstd pass over.
 * Invariant: what is written depends on names, modes, links, bytes and times only. */
#include "pack.h"
#include "archive.h"
#include "hash.h"
#include "os.h"
#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };

/* The stream between tar and zstd. */
struct stream {
	struct archive *inner, *outer;   /* tar, zstd */
	struct hash *hash;
	uint64_t bytes;
	int failed;                      /* errno of the outer side */
};

static void stream_begin(struct stream *s) {
	*s = (struct stream){ .hash = hash_new(HASH_SHA256) };
}

static void stream_end(struct stream *s, struct pack_content *content) {
	char hex[HASH_HEX];
	hash_end(s->hash, hex);
	hash_free(s->hash);
	memcpy(content->hash, hex, PACK_HASH);
	content->bytes = s->bytes;
}

/* --- what stands behind the archive --- */

enum { TAIL = 8 + 64 + 1 + 20 + 1 };     /* "content HASH BYTES\n" */
static const unsigned char SKIPPABLE[4] = { 0x50, 0x2a, 0x4d, 0x18 };

static int write_tail(int fd, const char *note, const struct pack_content *content) {
	struct buf b = { 0 };
	size_t size = strlen(note) + 1 + TAIL;
	buf_add(&b, (struct slice){ (const char *)SKIPPABLE, sizeof SKIPPABLE });
	for (int i = 0; i < 4; i++)
		buf_addc(&b, (char)(size >> 8 * i & 0xff));
	buf_addf(&b, "%s\ncontent %s %020" PRIu64 "\n", note, content->hash, content->bytes);
	int rc = os_write_all(fd, buf_slice(&b));
	buf_free(&b);
	return rc;
}

static int parse_tail(const char *tail, struct pack_content *content) {
	struct slice hash = { tail + 8, 64 };
	if (memcmp(tail, "content ", 8) != 0 || tail[TAIL - 1] != '\n' ||
			!hash_is_hex(HASH_SHA256, hash))
		return -1;
	memcpy(content->hash, hash.p, hash.n);
	content->hash[hash.n] = '\0';
	return tail[8 + 64] == ' ' && slice_number((struct slice){ tail + 8 + 64 + 1, 20 }, &content->bytes) ? 0 : -1;
}

int pack_recorded(const char *file, struct pack_content *content) {
	char tail[TAIL + 1] = { 0 };
	int fd = open(file, O_RDONLY | O_CLOEXEC), rc = -1;
	if (fd < 0)
		return -1;
	off_t end = lseek(fd, 0, SEEK_END);
	if (end >= TAIL && pread(fd, tail, TAIL, end - TAIL) == TAIL)
		rc = parse_tail(tail, content);
	close(fd);
	return rc;
}

/* --- writing --- */

/* libarchive's callback: a block of the tar stream. */
static la_ssize_t inner_wrote(struct archive *inner, void *ctx, const void *block, size_t size) {
	struct stream *s = ctx;
	hash_add(s->hash, block, size);
	s->bytes += size;
	if (archive_write_data(s->outer, block, size) == (la_ssize_t)size)
		return (la_ssize_t)size;
	s->failed = archive_errno(s->outer);
	archive_set_error(inner, s->failed, "%s", archive_error_string(s->outer));
	return -1;
}

static int open_outer(struct stream *s, int fd) {
	s->outer = archive_write_new();
	archive_write_set_format_raw(s->outer);
	archive_write_add_filter_zstd(s->outer);
	/* Two jobs at most: a build packs while other tasks compile. Older ones have no such
	 * option. */
	archive_write_set_filter_option(s->outer, "zstd", "threads", "2");
	archive_write_set_bytes_per_block(s->outer, BLOCK);
	archive_write_set_bytes_in_last_block(s->outer, 1);
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_filetype(e, AE_IFREG);
	int rc = archive_write_open_fd(s->outer, fd) == ARCHIVE_OK &&
		archive_write_header(s->outer, e) == ARCHIVE_OK ? 0 : -1;
	archive_entry_free(e);
	return rc;
}

static int open_inner(struct stream *s) {
	s->inner = archive_write_new();
	archive_write_set_format_pax_restricted(s->inner);
	archive_write_set_bytes_per_block(s->inner, BLOCK);
	archive_write_set_bytes_in_last_block(s->inner, 1);
	return archive_write_open(s->inner, s, NULL, inner_wrote, NULL) == ARCHIVE_OK ? 0 : -1;
}

/* Root of a sandbox may make files that its owner outside cannot read: a moment is enough. */
static int open_unreadable(const char *path, mode_t mode) {
	if (chmod(path, mode | S_IRUSR))
		return -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), why = errno;
	chmod(path, mode);
	errno = why;
	return fd;
}

/* A file that shrinks or grows meanwhile is an error: its header has been written. */
static int write_file(struct stream *s, const char *path, const struct os_entry *w) {
	static char block[BLOCK];
	uint64_t size = w->size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == EACCES)
		fd = open_unreadable(path, w->mode);
	if (fd < 0)
		return -1;
	ssize_t n;
	while ((n = read(fd, block, sizeof block)) > 0 && (uint64_t)n <= size) {
		if (archive_write_data(s->inner, block, (size_t)n) != n)
			break;
		size -= (uint64_t)n;
	}
	int why = n < 0 ? errno : s->failed ? s->failed : EBUSY;
	close(fd);
	errno = why;
	return n == 0 && size == 0 ? 0 : -1;
}

static void describe(struct archive_entry *e, const struct os_entry *w) {
	static const struct { char type; mode_t mode; } types[] = {
		{ 'f', AE_IFREG }, { 'd', AE_IFDIR }, { 'l', AE_IFLNK }, { 'c', AE_IFCHR },
		{ 'b', AE_IFBLK }, { 'p', AE_IFIFO }, { 's', AE_IFSOCK },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == w->type)
			archive_entry_set_filetype(e, types[i].mode);
	archive_entry_set_perm(e, w->type == 'l' ? 0777 : w->mode);
	archive_entry_set_mtime(e, w->mtime, 0);
	archive_entry_set_size(e, w->type == 'f' ? (la_int64_t)w->size : 0);
	if (w->type == 'l')
		archive_entry_set_symlink(e, w->target);
}

/* One entry; first: the path of the file it is another name of, or NULL. */
static int write_entry(struct stream *s, const struct pack_tree *t, const struct os_entry *w,
		const char *first) {
	if (w->type != 'f' && w->type != 'd' && w->type != 'l') {
		error("%s/%s: devices, pipes and sockets are not packed", t->dir, w->path);
		errno = EINVAL;
		return -1;
	}
	struct arena *a = arena_new();
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, arena_printf(a, "%s/%s", t->name, w->path).p);
	describe(e, w);
	if (first) {
		archive_entry_set_hardlink(e, arena_printf(a, "%s/%s", t->name, first).p);
		archive_entry_set_size(e, 0);
	}
	int rc = archive_write_header(s->inner, e) < ARCHIVE_WARN ? -1 : 0;
	if (rc)
		errno = s->failed ? s->failed : archive_errno(s->inner);
	else if (w->type == 'f' && !first)
		rc = write_file(s, arena_printf(a, "%s/%s", t->dir, w->path).p, w);
	archive_entry_free(e);
	arena_free(a);
	return rc;
}

/* --- hard links within a tree --- */

static int by_inode(const void *x, const void *y) {
	const struct os_entry *a = *(const struct os_entry *const *)x;
	const struct os_entry *b = *(const struct os_entry *const *)y;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* For each entry the first path of its inode, or NULL when that is its own. */
static const char **first_names(struct arena *a, const struct os_entry *e, size_t n) {
	const char **first = ARENA_ARRAY(a, const char *, n + 1);
	const struct os_entry **files = ARENA_ARRAY(a, const struct os_entry *, n + 1);
	const struct os_entry *head = NULL;
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (e[i].type == 'f')
			files[count++] = &e[i];
	qsort(files, count, sizeof *files, by_inode);
	for (size_t i = 0; i < count; i++) {
		if (head && head->device == files[i]->device && head->inode == files[i]->inode)
			first[files[i] - e] = head->path;
		else
			head = files[i];
	}
	return first;
}

static int write_tree(struct stream *s, const struct pack_tree *t) {
	struct arena *a = arena_new();
	struct os_entry *e = NULL;
	size_t n = 0;
	int rc = os_exists(t->dir) ? os_walk(a, t->dir, &e, &n) : 0;
	const char **first = first_names(a, e, n);
	for (size_t i = 0; i < n && !rc; i++)
		rc = write_entry(s, t, &e[i], first[i]);
	int why = errno;
	arena_free(a);
	errno = why;
	return rc;
}

static int write_stream(struct stream *s, const struct pack_tree *trees, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (write_tree(s, &trees[i]))
			return -1;
	if (archive_write_close(s->inner) != ARCHIVE_OK ||
			archive_write_close(s->outer) != ARCHIVE_OK) {
		errno = s->failed ? s->failed : archive_errno(s->outer);
		return -1;
	}
	return 0;
}

static int write_fd(int fd, const struct pack_tree *trees, size_t count,
		struct pack_content *content) {
	struct stream s;
	stream_begin(&s);
	int rc = open_outer(&s, fd) || open_inner(&s) ? -1 : write_stream(&s, trees, count);
	int why = errno;
	archive_write_free(s.inner);
	archive_write_free(s.outer);
	stream_end(&s, content);
	errno = why ? why : EIO;
	return rc;
}

int pack_write(const char *file, const struct pack_tree *trees, size_t count, const char *note,
		struct pack_content *content) {
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	struct archive_names names;
	archive_names_enter(&names);
	int rc = write_fd(fd, trees, count, content);
	archive_names_leave(&names);
	if (!rc)
		rc = write_tail(fd, note ? note : "", content);
	int why = errno;
	if (close(fd) && !rc)
		rc = -1, why = errno;
	if (rc)
		unlink(file);
	errno = why;
	return rc;
}

/* --- reading --- */

static char reason[512];

enum { DAMAGED = -1, NOT_WRITTEN = -2 };

static int fail(int how, const char *what, const char *detail) {
	snprintf(reason, sizeof reason, "%s: %s", what, detail ? detail : "unknown error");
	return how;
}

/* libarchive's callback: gives the tar reader the next block of the uncompressed stream. */
static la_ssize_t outer_block(struct archive *inner, void *ctx, const void **block) {
	struct stream *s = ctx;
	size_t size;
	la_int64_t offset;
	int rc = archive_read_data_block(s->outer, block, &size, &offset);
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK) {
		archive_set_error(inner, EIO, "%s", archive_error_string(s->outer));
		return -1;
	}
	hash_add(s->hash, *block, size);
	s->bytes += size;
	return (la_ssize_t)size;
}

/* Where entries go just now: one tree's directory is the working directory, which lets libarchive
 * check relative names; times and modes of its directories are set when it is left. */
struct place {
	const struct pack_tree *trees;
	size_t count;
	const struct pack_tree *tree;    /* NULL: none */
	struct archive *disk;
};

static int leave_tree(struct place *p) {
	int rc = 0;
	if (p->disk && archive_write_close(p->disk) != ARCHIVE_OK)
		rc = fail(NOT_WRITTEN, "directories", archive_error_string(p->disk));
	archive_write_free(p->disk);
	p->disk = NULL;
	p->tree = NULL;
	return rc;
}

static int enter_tree(struct place *p, const struct pack_tree *t) {
	int rc = leave_tree(p);
	if (rc)
		return rc;
	if (os_mkdirs(t->dir) || chdir(t->dir))
		return fail(NOT_WRITTEN, t->dir, strerror(errno));
	p->tree = t;
	p->disk = archive_write_disk_new();
	archive_write_disk_set_options(p->disk, ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM |
		ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
		ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return 0;
}

/* The path below tree t that "NAME/path" stands for, or NULL. */
static const char *below(const struct pack_tree *t, const char *name) {
	size_t n = strlen(t->name);
	return strncmp(name, t->name, n) == 0 && name[n] == '/' ? name + n + 1 : NULL;
}

static const struct pack_tree *find_tree(const struct place *p, const char *name) {
	if (p->tree && below(p->tree, name))
		return p->tree;
	for (size_t i = 0; i < p->count; i++)
		if (below(&p->trees[i], name))
			return &p->trees[i];
	return NULL;
}

static int copy_data(struct stream *s, struct place *p, const char *name) {
	const void *block;
	size_t size;
	la_int64_t offset;
	int rc;
	while ((rc = archive_read_data_block(s->inner, &block, &size, &offset)) == ARCHIVE_OK)
		/* A write that fails is a warning to libarchive. */
		if (archive_write_data_block(p->disk, block, size, offset) != ARCHIVE_OK)
			return fail(NOT_WRITTEN, name, archive_error_string(p->disk));
	return rc == ARCHIVE_EOF ? 0 : fail(DAMAGED, name, archive_error_string(s->inner));
}

/* Turns the names in e into paths below the tree we are in. */
static void relocate(struct archive_entry *e, const struct pack_tree *t, const char *name) {
	const char *link = archive_entry_hardlink(e);
	if (link && below(t, link))
		archive_entry_set_hardlink(e, below(t, link));
	archive_entry_set_pathname(e, below(t, name));
	/* Set-id bits are only given to files whose owner is the entry's. */
	archive_entry_set_uid(e, geteuid());
	archive_entry_set_gid(e, getegid());
}

static int read_into(struct stream *s, struct place *p, struct archive_entry *e, const char *name) {
	const struct pack_tree *t = find_tree(p, name);
	if (!t)
		return 0;
	int rc = t == p->tree ? 0 : enter_tree(p, t);
	if (rc)
		return rc;
	relocate(e, t, name);
	if (archive_write_header(p->disk, e) != ARCHIVE_OK)
		return fail(NOT_WRITTEN, name, archive_error_string(p->disk));
	rc = archive_entry_size(e) > 0 ? copy_data(s, p, name) : 0;
	if (!rc && archive_write_finish_entry(p->disk) != ARCHIVE_OK)
		return fail(NOT_WRITTEN, name, archive_error_string(p->disk));
	return rc;
}

static int read_entry(struct stream *s, struct place *p, struct archive_entry *e) {
	const char *stored = archive_entry_pathname(e);
	char *name = stored ? strdup(stored) : NULL;     /* relocate changes the entry's own */
	int rc = name ? read_into(s, p, e, name) : fail(DAMAGED, "damaged", "a nameless entry");
	free(name);
	return rc;
}

/* The zeros behind the last entry count too. */
static int read_rest(struct stream *s) {
	const void *block;
	la_ssize_t n;
	while ((n = outer_block(s->inner, s, &block)) > 0)
		;
	return n < 0 ? fail(DAMAGED, "damaged", archive_error_string(s->outer)) : 0;
}

static int read_stream(struct stream *s, struct place *p) {
	struct archive_entry *e;
	for (;;) {
		int rc = archive_read_next_header(s->inner, &e);
		if (rc == ARCHIVE_EOF)
			break;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return fail(DAMAGED, "damaged", archive_error_string(s->inner));
		rc = read_entry(s, p, e);
		if (rc)
			return rc;
	}
	int rc = leave_tree(p);
	return rc ? rc : read_rest(s);
}

static int open_streams(struct stream *s, const char *file) {
	struct archive_entry *e;
	s->outer = archive_read_new();
	archive_read_support_filter_zstd(s->outer);
	archive_read_support_format_raw(s->outer);
	s->inner = archive_read_new();
	archive_read_support_format_tar(s->inner);
	if (archive_read_open_filename(s->outer, file, BLOCK) != ARCHIVE_OK ||
			archive_read_next_header(s->outer, &e) != ARCHIVE_OK)
		return fail(DAMAGED, "damaged", archive_error_string(s->outer));
	if (archive_read_open(s->inner, s, NULL, outer_block, NULL) != ARCHIVE_OK)
		return fail(DAMAGED, "damaged", archive_error_string(s->inner));
	return 0;
}

static int read_file(const char *file, struct place *p, struct pack_content *content) {
	struct stream s;
	stream_begin(&s);
	int rc = open_streams(&s, file) ? DAMAGED : read_stream(&s, p);
	if (p->disk)
		archive_write_free(p->disk);
	archive_read_free(s.inner);
	archive_read_free(s.outer);
	stream_end(&s, content);
	return rc;
}

/* A tree without entries is there too, as an empty directory. */
static int make_dirs(const struct pack_tree *trees, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (os_mkdirs(trees[i].dir))
			return fail(NOT_WRITTEN, trees[i].dir, strerror(errno));
	return 0;
}

int pack_read(const char *file, const struct pack_tree *trees, size_t count,
		struct pack_content *content, const char **why) {
	struct place p = { .trees = trees, .count = count };
	struct arena *a = arena_new();
	file = os_absolute(a, file);
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = make_dirs(trees, count);
	struct archive_names names;
	archive_names_enter(&names);
	if (!rc)
		rc = read_file(file, &p, content);
	archive_names_leave(&names);
	if (here >= 0) {
		if (fchdir(here))
			broken("the working directory is gone: %s", strerror(errno));
		close(here);
	}
	arena_free(a);
	*why = reason;
	return rc;
}
