/* leak: a task cannot see where it really is, except through variables that hold places of layers and
 * through /proc/self/mountinfo, which no namespace hides. What comes in by these must not go out, so
 * the outputs are searched as bytes. A secret counts as a whole word: "/work/main" is not in
 * "/work/mainline". */
#include "leak.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os.h"
#include "util.h"

enum { LEAST_PATH = 8, LEAST_HOST = 6 };

bool leak_tells_path(struct slice path) {
	size_t slashes = 0;
	for (size_t i = 0; i < path.n; i++)
		slashes += path.p[i] == '/';
	return path.n >= LEAST_PATH && slashes >= 2 && path.p[0] == '/'
		&& path.p[path.n - 1] != '/';
}

/* A name of letters alone may be any word; what is generated or numbered is not. */
bool leak_tells_host(struct slice name) {
	bool digit = false, letter = false;
	for (size_t i = 0; i < name.n; i++) {
		digit |= isdigit((unsigned char)name.p[i]) != 0;
		letter |= isalpha((unsigned char)name.p[i]) != 0;
	}
	return name.n >= LEAST_HOST && digit && letter;
}

static bool in_word(char c) {
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* What may stand around it depends: "-I/work/main" is a leak and "/work/main.old" is none, "myvm-17" is
 * none and "vm-17.example.org" is one. */
static bool holds(struct slice text, struct slice secret) {
	const char *end = text.p + text.n, *at = text.p;
	bool path = secret.p[0] == '/';
	while (at && (at = memmem(at, (size_t)(end - at), secret.p, secret.n))) {
		const char *next = at + secret.n;
		bool starts = path || at == text.p || !in_word(at[-1]);
		bool ends = next == end || !(in_word(*next) || (path && *next == '.'));
		if (starts && ends)
			return true;
		at++;
	}
	return false;
}

static const struct leak_secret *secret_in(struct slice text, const struct leak_secrets *secrets) {
	for (size_t i = 0; i < secrets->n && text.n; i++)
		if (holds(text, secrets->v[i].text))
			return &secrets->v[i];
	return NULL;
}

static int search_file(const char *path, size_t size, const struct leak_secrets *secrets,
		const struct leak_secret **secret) {
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return -1;
	*secret = secret_in((struct slice){ bytes, size }, secrets);
	munmap(bytes, size);
	return 0;
}

static int search(struct arena *a, const char *dir, const struct os_entry *e,
		const struct leak_secrets *secrets, const struct leak_secret **secret) {
	*secret = secret_in(slice_of(e->path), secrets);
	if (!*secret && e->target)
		*secret = secret_in(slice_of(e->target), secrets);
	if (*secret || e->type != 'f' || e->size == 0)
		return 0;
	return search_file(arena_printf(a, "%s/%s", dir, e->path).p, (size_t)e->size, secrets,
			secret);
}

long leak_find(struct arena *a, const char *dir, const struct leak_secrets *secrets,
		struct leak found[LEAKS]) {
	struct os_entry *e;
	const struct leak_secret *secret;
	size_t count;
	long n = 0;
	if (secrets->n == 0 || !os_exists(dir))
		return 0;
	if (os_walk(a, dir, &e, &count) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (search(a, dir, &e[i], secrets, &secret) < 0)
			return -1;
		if (!secret)
			continue;
		if (n < LEAKS)
			found[n] = (struct leak){ e[i].path, secret };
		n++;
	}
	return n;
}
