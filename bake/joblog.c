/* joblog: logs may be large, so only their end is read. */
#include "joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "util.h"

enum { TAIL_BYTES = 128 * 1024, FULL_BYTES = 1024 * 1024 };

static struct slice read_end(struct arena *a, const char *path) {
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SLICE("");
	off_t from = fstat(fd, &st) == 0 && st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
	char *text = arena_alloc(a, TAIL_BYTES + 1);
	ssize_t n = pread(fd, text, TAIL_BYTES, from);
	close(fd);
	return (struct slice){ text, n > 0 ? (size_t)n : 0 };
}

struct slice joblog_last(struct slice text, unsigned lines) {
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	size_t from = text.n;
	for (unsigned seen = 0; from > 0; from--)
		if (text.p[from - 1] == '\n' && ++seen == lines)
			break;
	return slice_sub(text, from, text.n);
}

struct slice joblog_end(struct arena *a, const char *path, unsigned lines) {
	return joblog_last(read_end(a, path), lines);
}

struct slice joblog_tail(struct arena *a, const char *path, unsigned lines) {
	struct slice text = joblog_end(a, path, lines), line;
	struct buf out = { .arena = a };
	while (text.n > 0 && slice_field(&text, '\n', &line))
		buf_addf(&out, "  | " SFMT "\n", SARG(line));
	if (out.n > 0)
		out.n--;                 /* the message adds its own newline */
	return out.n ? (struct slice){ out.p, out.n } : SLICE("");
}

static const char *least_room(const char *const *dirs) {
	const char *least = *dirs;
	for (; *dirs; dirs++)
		if (os_free_bytes(*dirs) < os_free_bytes(least))
			least = *dirs;
	return least;
}

/* The one that a line names a file of; NULL: none. */
static const char *named_in(struct arena *a, struct slice line, const char *const *dirs) {
	for (; *dirs; dirs++)
		if (slice_find(line, arena_printf(a, "%s/", *dirs).p, NULL))
			return *dirs;
	return NULL;
}

const char *joblog_full(struct arena *a, struct slice text, const char *const *dirs) {
	const char *least = least_room(dirs), *named;
	bool said = false;
	for (struct slice line; text.n && slice_field(&text, '\n', &line);) {
		if (!slice_find(line, strerror(ENOSPC), NULL))
			continue;
		if ((named = named_in(a, line, dirs)))
			return named;
		said = true;
	}
	return said || (least && os_free_bytes(least) < FULL_BYTES) ? least : NULL;
}
