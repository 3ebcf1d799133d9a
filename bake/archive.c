/* archive: what strangers packed, to files below one directory.
 *
 * Invariants: the working directory is that directory while entries are written, so that every
 * name is relative and libarchive can check it part by part; a name with ".." never reaches
 * libarchive. */
#include "archive.h"
#include "os.h"
#include "util.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024 };
static const uint64_t LEAST_LIMIT = (uint64_t)1 << 30;
static const uint64_t LARGEST_RATIO = 200;
static const uint64_t ENTRIES_MOST = 4000000;

/* One archive being unpacked. */
struct job {
	const struct archive_unpack *u;
	struct arena *arena;     /* of names, emptied now and then */
	struct archive *in, *disk;
	const char *entry;       /* the one being worked on, for messages */
	uint64_t limit, bytes, entries, made;    /* made: of the entries, those that were not left out */
};

/* --- what a name says --- */

static bool ends_with_one(const char *name, const char *const *endings) {
	for (; *endings; endings++)
		if (slice_ends(slice_of(name), *endings))
			return true;
	return false;
}

bool archive_is_tree(const char *name) {
	static const char *const endings[] = { ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz",
		".tbz2", ".tar.xz", ".txz", ".tar.lz", ".tlz", ".tar.lzma", ".tar.zst", ".tzst",
		".tar.lz4", ".tar.Z", ".tz", ".zip", ".jar", ".7z", ".rpm", ".srpm", ".deb", ".ipk",
		".cpio", ".cpio.gz", ".cpio.bz2", ".cpio.xz", ".cpio.zst", NULL };
	return ends_with_one(name, endings);
}

bool archive_is_single(const char *name) {
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".lz", ".lzma", ".zst", ".lz4",
		".Z", NULL };
	return !archive_is_tree(name) && ends_with_one(name, endings);
}

/* --- messages --- */

static int refuse(const struct job *j, const char *why) {
	error("%s: %s: refused: %s", j->u->file, j->entry, why);
	return -1;
}

static int refuse_bomb(const struct job *j) {
	const char *why = arena_printf(j->arena, "it unpacks to more than %llu MB, far more than its "
		"size lets expect: set BB_UNPACK_MOST_MB if that is meant",
		(unsigned long long)(j->limit >> 20)).p;
	return refuse(j, why);
}

static int bad_input(const struct job *j) {
	error("%s: cannot be unpacked: %s", j->u->file, archive_error_string(j->in));
	return -1;
}

/* libarchive says which of its steps failed, and not always why. */
static int bad_output(const struct job *j) {
	const char *step = archive_error_string(j->disk), *why = strerror(archive_errno(j->disk));
	bool more = archive_errno(j->disk) > 0 && !strstr(step, why);
	error("%s: %s: cannot be written below %s: %s%s%s", j->u->file, j->entry, j->u->dir, step,
		more ? ": " : "", more ? why : "");
	return -1;
}

/* --- places --- */

/* The name without "./", empty parts and the first `strip` parts; NULL and *why when it leads out
 * of the directory. An empty result has nothing to unpack. */
static const char *inside(struct arena *a, const char *name, unsigned strip, const char **why) {
	struct slice rest = slice_of(name), part;
	struct buf b = { .arena = a };
	*why = NULL;
	if (name[0] == '/') {
		*why = "its name is absolute";
		return NULL;
	}
	buf_adds(&b, "");
	while (slice_field(&rest, '/', &part)) {
		if (slice_is(part, "..")) {
			*why = "its name leaves the directory";
			return NULL;
		}
		if (part.n == 0 || slice_is(part, "."))
			continue;
		if (strip) {
			strip--;
			continue;
		}
		buf_addf(&b, "%s" SFMT, b.n ? "/" : "", SARG(part));
	}
	return b.p;
}

static bool allowed_type(struct archive_entry *e) {
	mode_t type = archive_entry_filetype(e);
	return archive_entry_hardlink(e) ||
		type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK;
}

/* Owners mean nothing here, and neither may modes depend on who unpacks. */
static void set_mode(struct archive_entry *e) {
	mode_t mode = archive_entry_perm(e) & 0755;
	mode |= archive_entry_filetype(e) == AE_IFDIR ? 0700 : 0600;
	archive_entry_set_perm(e, mode);
}

/* Makes the entry fit to be written: 1; 0: it is left out; −1: refused. */
static int prepare(struct job *j, struct archive_entry *e) {
	const char *why, *link = archive_entry_hardlink(e);
	const char *place = inside(j->arena, j->entry, j->u->strip, &why);
	if (!place)
		return refuse(j, why);
	if (!allowed_type(e))
		return refuse(j, "it is a device, a pipe or a socket");
	if (!*place || (j->u->only && fnmatch(j->u->only, j->entry, 0) != 0))
		return 0;
	if (link) {
		link = inside(j->arena, link, j->u->strip, &why);
		if (!link || !*link)
			return refuse(j, "the file it is a hard link to is outside");
		archive_entry_set_hardlink(e, link);
	}
	archive_entry_set_pathname(e, place);
	set_mode(e);
	return 1;
}

/* --- reading --- */

/* mtree is left out on purpose: such a "file" may name any file of the host as its content. */
static struct archive *new_reader(void) {
	struct archive *in = archive_read_new();
	if (!in)
		broken("out of memory");
	archive_read_support_filter_gzip(in);
	archive_read_support_filter_bzip2(in);
	archive_read_support_filter_xz(in);
	archive_read_support_filter_lzma(in);
	archive_read_support_filter_lzip(in);
	archive_read_support_filter_zstd(in);
	archive_read_support_filter_lz4(in);
	archive_read_support_filter_compress(in);
	archive_read_support_filter_rpm(in);
	return in;
}

static void support_trees(struct archive *in) {
	archive_read_support_format_tar(in);
	archive_read_support_format_zip(in);
	archive_read_support_format_cpio(in);
	archive_read_support_format_7zip(in);
	archive_read_support_format_ar(in);
}

/* Steps to the next entry: 1, 0 at the end, −1 with a message. */
static int next_entry(struct job *j, struct archive_entry **e) {
	int rc;
	while ((rc = archive_read_next_header(j->in, e)) == ARCHIVE_RETRY)
		;
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		return bad_input(j);
	const char *name = archive_entry_pathname(*e);
	j->entry = arena_str(j->arena, slice_of(name ? name : "(a name in an unknown encoding)"));
	if (!name)
		return refuse(j, "its name cannot be read");
	return ++j->entries > ENTRIES_MOST ? refuse(j, "more than 4 million entries") : 1;
}

static int copy_data(struct job *j) {
	const void *block;
	size_t size;
	la_int64_t offset;
	int rc;
	while ((rc = archive_read_data_block(j->in, &block, &size, &offset)) == ARCHIVE_OK) {
		j->bytes += size;
		if (j->bytes > j->limit || (uint64_t)offset > j->limit)
			return refuse_bomb(j);
		/* A write that fails is a warning to libarchive. */
		if (archive_write_data_block(j->disk, block, size, offset) != ARCHIVE_OK)
			return bad_output(j);
	}
	return rc == ARCHIVE_EOF ? 0 : bad_input(j);
}

static int write_entry(struct job *j, struct archive_entry *e) {
	int rc = prepare(j, e);
	if (rc <= 0)
		return rc;
	j->made++;
	if (archive_write_header(j->disk, e) < ARCHIVE_WARN)
		return bad_output(j);
	if (!archive_entry_hardlink(e) && archive_entry_filetype(e) == AE_IFREG && copy_data(j))
		return -1;
	return archive_write_finish_entry(j->disk) < ARCHIVE_WARN ? bad_output(j) : 0;
}

static int write_entries(struct job *j) {
	struct archive_entry *e;
	for (;;) {
		int rc = next_entry(j, &e);
		if (rc <= 0)
			return rc;
		if (write_entry(j, e))
			return -1;
		if (arena_size(j->arena) > BLOCK) {
			arena_free(j->arena);
			j->arena = arena_new();
		}
	}
}

/* --- Debian packages: an ar archive around the tree --- */

static la_ssize_t outer_read(struct archive *inner, void *ctx, const void **block) {
	struct job *outer = ctx;
	size_t size;
	la_int64_t offset;
	int rc = archive_read_data_block(outer->in, block, &size, &offset);
	if (rc == ARCHIVE_OK)
		return (la_ssize_t)size;
	if (rc == ARCHIVE_EOF)
		return 0;
	archive_set_error(inner, EIO, "%s", archive_error_string(outer->in));
	return -1;
}

static int unpack_member(struct job *outer) {
	struct job j = *outer;
	j.in = new_reader();
	j.arena = arena_new();
	support_trees(j.in);
	bool open = archive_read_open(j.in, outer, NULL, outer_read, NULL) == ARCHIVE_OK;
	int rc = open ? write_entries(&j) : bad_input(&j);
	outer->made = j.made;
	archive_read_free(j.in);
	arena_free(j.arena);
	return rc;
}

/* Is this ar archive a Debian package? Its first member says so. Then data.tar.* is what we
 * want. */
static int unpack_package(struct job *j) {
	struct archive_entry *e;
	int rc;
	while ((rc = next_entry(j, &e)) == 1)
		if (slice_starts(slice_of(j->entry), "data.tar"))
			return unpack_member(j);
	if (rc == 0)
		error("%s: cannot be unpacked: no data.tar in it", j->u->file);
	return -1;
}

/* --- the whole --- */

static struct archive *new_disk(void) {
	struct archive *disk = archive_write_disk_new();
	if (!disk)
		broken("out of memory");
	archive_write_disk_set_options(disk, ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM |
		ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
		ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return disk;
}

static uint64_t limit_of(uint64_t wanted, int fd) {
	struct stat st;
	if (wanted || fstat(fd, &st))
		return wanted ? wanted : LEAST_LIMIT;
	uint64_t limit = (uint64_t)st.st_size * LARGEST_RATIO;
	return limit > LEAST_LIMIT ? limit : LEAST_LIMIT;
}

static int unpack_fd(struct job *j, int fd) {
	struct archive_entry *e;
	support_trees(j->in);
	j->limit = limit_of(j->u->most_bytes, fd);
	if (archive_read_open_fd(j->in, fd, BLOCK) != ARCHIVE_OK)
		return bad_input(j);
	int rc = next_entry(j, &e);
	if (rc <= 0)
		return rc;
	if ((archive_format(j->in) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR)
		return unpack_package(j);
	rc = write_entry(j, e);
	return rc ? rc : write_entries(j);
}

/* Unpacks fd with dir as working directory. */
static int unpack_there(const struct archive_unpack *u, int fd) {
	struct job j = { .u = u, .in = new_reader(), .disk = new_disk(), .arena = arena_new() };
	int rc = unpack_fd(&j, fd);
	/* Closing sets the times and modes of directories. */
	if (archive_write_close(j.disk) < ARCHIVE_WARN && !rc) {
		j.entry = "directories";
		rc = bad_output(&j);
	}
	if (!rc && u->strip && !j.made) {
		error("%s: nothing of it is left without the first %u director%s of its names", u->file,
			u->strip, u->strip == 1 ? "y" : "ies");
		rc = -1;
	}
	archive_write_free(j.disk);
	archive_read_free(j.in);
	arena_free(j.arena);
	return rc;
}

void archive_names_enter(struct archive_names *n) {
	n->made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	n->before = uselocale(n->made);
}

void archive_names_leave(struct archive_names *n) {
	uselocale(n->before);
	if (n->made)
		freelocale(n->made);
}

int archive_unpack(const struct archive_unpack *u) {
	int file = open(u->file, O_RDONLY | O_CLOEXEC), here = -1, rc = -1;
	if (file < 0) {
		error("%s: cannot be read: %s", u->file, strerror(errno));
		return -1;
	}
	here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (here < 0 || chdir(u->dir)) {
		error("%s: cannot be entered: %s", u->dir, strerror(errno));
	} else {
		struct archive_names names;
		archive_names_enter(&names);
		rc = unpack_there(u, file);
		archive_names_leave(&names);
		if (fchdir(here))
			broken("the working directory is gone: %s", strerror(errno));
	}
	if (here >= 0)
		close(here);
	close(file);
	return rc;
}

/* --- one compressed file --- */

static int expand_data(struct job *j, int out) {
	const void *block;
	size_t size;
	la_int64_t offset;
	int rc;
	while ((rc = archive_read_data_block(j->in, &block, &size, &offset)) == ARCHIVE_OK) {
		j->bytes += size;
		if (j->bytes > j->limit)
			return refuse_bomb(j);
		for (const char *p = block; size; ) {
			ssize_t n = write(out, p, size);
			if (n < 0 && errno != EINTR) {
				error("%s: cannot be written: %s", j->u->dir, strerror(errno));
				return -1;
			}
			p += n > 0 ? n : 0;
			size -= n > 0 ? (size_t)n : 0;
		}
	}
	return rc == ARCHIVE_EOF ? 0 : bad_input(j);
}

static int expand_to(struct job *j, const char *temporary, const char *to) {
	int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), rc = -1;
	if (out >= 0) {
		rc = expand_data(j, out);
		if (close(out) == 0 && rc == 0 && rename(temporary, to) == 0)
			return 0;
		unlink(temporary);
		if (rc)
			return rc;
	}
	error("%s: cannot be written: %s", to, strerror(errno));
	return -1;
}

int archive_expand(const char *file, const char *to, uint64_t most_bytes) {
	struct archive_unpack u = { .file = file, .dir = to };
	struct job j = { .u = &u, .in = new_reader(), .arena = arena_new() };
	struct archive_entry *e;
	int rc = -1, fd = open(file, O_RDONLY | O_CLOEXEC);
	j.entry = "its content";
	archive_read_support_format_raw(j.in);
	j.limit = limit_of(most_bytes, fd);
	if (fd < 0)
		error("%s: cannot be read: %s", file, strerror(errno));
	else if (archive_read_open_fd(j.in, fd, BLOCK) || archive_read_next_header(j.in, &e))
		bad_input(&j);
	else if (archive_filter_count(j.in) < 2)         /* the last one is the file itself */
		error("%s: cannot be unpacked: it is not compressed, whatever its name says", file);
	else
		rc = expand_to(&j, os_beside(j.arena, to, "tmp"), to);
	archive_read_free(j.in);
	arena_free(j.arena);
	if (fd >= 0)
		close(fd);
	return rc;
}
