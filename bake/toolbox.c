/* toolbox: copies, because many programs (compilers, cmake, python) find what belongs to them from where
 * they are: the copy stands at the very path of the original. Links would lead elsewhere, hard links
 * would let a task write to the host's program, and a mount a program would cost each task
 * milliseconds. */
#include "toolbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "os.h"
#include "proc.h"
#include "util.h"

#define PROGRAMS "/usr/bin:/usr/sbin:/bin:/sbin"
#define ALTERNATIVES "/etc/alternatives"

enum { LINKS_DEEP = 16 };

const char *const toolbox_dirs[] = { "/usr/bin", "/usr/sbin", "/bin", "/sbin", NULL };

struct toolbox {
	struct arena *arena;
	const char *tree;
};

static int add(struct toolbox *b, const char *path, int depth);

/* --- one program --- */

/* Is it in a directory that the tree stands for? With merged /usr, /bin is a link. */
static bool is_ours(const char *path) {
	size_t n = os_dirname(slice_of(path)).n;
	for (const char *const *dir = toolbox_dirs; *dir; dir++)
		if (strlen(*dir) == n && strncmp(path, *dir, n) == 0)
			return true;
	return strlen(ALTERNATIVES) == n && strncmp(path, ALTERNATIVES, n) == 0;
}

static int add_named(struct toolbox *b, struct slice name) {
	const char *path = proc_find(b->arena, arena_str(b->arena, name), PROGRAMS);
	return path ? add(b, path, 0) : 0;
}

/* "#!/usr/bin/env perl": both are needed. */
static int add_interpreter(struct toolbox *b, const char *path) {
	char text[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	struct slice rest = { text, n > 0 ? (size_t)n : 0 }, line, word;
	if (!slice_starts(rest, "#!"))
		return 0;
	slice_field(&rest, '\n', &line);
	line = slice_sub(line, 2, line.n);
	if (!slice_word(&line, &word) || add(b, arena_str(b->arena, word), 0) < 0)
		return -1;
	bool env = slice_is(os_basename(word), "env");
	return env && slice_word(&line, &word) ? add_named(b, word) : 0;
}

static int add_link(struct toolbox *b, const char *path, const char *to, int depth) {
	char *text = arena_alloc(b->arena, 4096);
	ssize_t n = readlink(path, text, 4095);
	if (n < 0 || symlink(text, to) < 0)
		return -1;
	struct slice next = { text, (size_t)n };
	if (text[0] != '/')
		next = os_path(b->arena, os_dirname(slice_of(path)), next);
	return add(b, os_absolute(b->arena, arena_str(b->arena, next)), depth + 1);
}

/* path: what is not in the host's directories of programs a task sees anyway, or not at all. */
static int add(struct toolbox *b, const char *path, int depth) {
	struct stat st;
	struct slice dir = os_dirname(slice_of(path));
	const char *real = os_realpath(b->arena, arena_str(b->arena, dir));
	if (depth > LINKS_DEEP || !real)
		return 0;
	path = os_path(b->arena, slice_of(real), os_basename(slice_of(path))).p;
	const char *to = arena_printf(b->arena, "%s%s", b->tree, path).p;
	if (!is_ours(path) || os_exists(to) || lstat(path, &st) < 0)
		return 0;
	if (os_mkparents(to) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return add_link(b, path, to, depth);
	if (os_copy_file(path, to) < 0 || chmod(to, 0755) < 0)
		return -1;
	return add_interpreter(b, path);
}

/* --- all of them --- */

/* Which files the links lead to now. */
static const char *fingerprint(struct arena *a, const char *links, const struct slices *names) {
	static char hex[HASH_HEX];
	struct buf text = { .arena = a };
	struct stat st;
	for (size_t i = 0; i < names->n; i++) {
		const char *path = os_path(a, slice_of(links), names->v[i]).p;
		if (stat(path, &st) == 0)
			buf_addf(&text, SFMT " %llu %llu %lld %ld\n", SARG(names->v[i]),
				(unsigned long long)st.st_ino, (unsigned long long)st.st_size,
				(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
	hash_text(HASH_SHA256, buf_slice(&text), hex);
	hex[16] = '\0';
	return hex;
}

static int fill(struct toolbox *b, const char *links, const struct slices *names) {
	for (const char *const *dir = toolbox_dirs; *dir; dir++)
		if (os_mkdirs(arena_printf(b->arena, "%s%s", b->tree, *dir).p) < 0)
			return -1;
	if (os_mkdirs(arena_printf(b->arena, "%s" ALTERNATIVES, b->tree).p) < 0
			|| add_named(b, SLICE("sh")) < 0)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		char text[4096];
		ssize_t n = readlink(os_path(b->arena, slice_of(links), names->v[i]).p, text,
			sizeof text - 1);
		if (n > 0 && add(b, arena_str(b->arena, (struct slice){ text, (size_t)n }), 0) < 0)
			return -1;
	}
	return 0;
}

/* Trees of other times: the running build has the only one that counts. */
static void remove_others(struct arena *a, const char *dir, const char *tree) {
	struct slices names = { 0 };
	if (os_list(a, dir, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++)
		if (!slice_eq(names.v[i], os_basename(slice_of(tree))))
			os_remove(os_path(a, slice_of(dir), names.v[i]).p);
}

const char *toolbox_make(struct arena *a, const char *dir, const char *links) {
	struct slices names = { 0 };
	if (os_list(a, links, &names) < 0) {
		error("host tools: %s: %s", links, strerror(errno));
		return NULL;
	}
	const char *tree = arena_printf(a, "%s/%s", dir, fingerprint(a, links, &names)).p;
	struct toolbox b = { a, arena_printf(a, "%s.new", tree).p };
	if (os_is_dir(tree))
		return tree;
	mode_t before = umask(022);
	int failed = os_remove(b.tree) < 0 || fill(&b, links, &names) < 0
		|| rename(b.tree, tree) < 0;
	umask(before);
	if (failed) {
		error("host tools: %s: %s", tree, strerror(errno));
		return NULL;
	}
	remove_others(a, dir, tree);
	return tree;
}
