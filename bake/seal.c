/* seal: both lists are sorted by path, so they are compared as they are read. */
#include "seal.h"

#include <errno.h>
#include <string.h>

#include "hash.h"
#include "os.h"
#include "sign.h"

static int fail(const char *path) {
	error("%s: %s", path, strerror(errno));
	return -1;
}

static const char *below(struct arena *a, const char *dir, const char *name) {
	return arena_printf(a, "%s/%s", dir, name).p;
}

/* A line ends a name, and what is neither file, directory nor link has no content to be summed. */
static int refuse_odd(const char *dir, const struct os_entry *e) {
	const char *why = strchr(e->path, '\n') ? "a line ends in its name"
		: !strchr("fdl", e->type) ? "it is a device, a pipe or a socket" : NULL;
	if (why)
		error("%s/%s: cannot be listed in " SEAL_SUMS ": %s", dir, e->path, why);
	return why ? -1 : 0;
}

/* The sum of a file, or of what a link says. */
static int sum(struct arena *a, const char *dir, const struct os_entry *e, char hex[HASH_HEX]) {
	const char *file = below(a, dir, e->path);
	if (e->type == 'l')
		hash_text(HASH_SHA256, slice_of(e->target), hex);
	else if (hash_file(HASH_SHA256, file, hex))
		return fail(file);
	return 0;
}

/* The lines of all entries of a type. */
static int list(struct arena *a, const char *dir, char type, struct slice *sums) {
	struct buf text = { .arena = a };
	struct os_entry *e;
	size_t n;
	char hex[HASH_HEX];
	if (os_walk(a, dir, &e, &n))
		return fail(dir);
	for (size_t i = 0; i < n; i++) {
		bool own = strcmp(e[i].path, SEAL_SUMS) == 0 || strcmp(e[i].path, SEAL_SIGNATURE) == 0;
		if (refuse_odd(dir, &e[i]))
			return -1;
		if (e[i].type != type || (type == 'f' && own))
			continue;
		if (sum(a, dir, &e[i], hex))
			return -1;
		buf_addf(&text, "%s  %s\n", hex, e[i].path);
	}
	*sums = text.n ? buf_slice(&text) : SLICE("");
	return 0;
}

int seal_sums(struct arena *a, const char *dir, struct slice *sums) {
	return list(a, dir, 'f', sums);
}

static int write_links(struct arena *a, const char *dir) {
	struct slice links;
	const char *file = below(a, dir, SEAL_LINKS);
	if (list(a, dir, 'l', &links))
		return -1;
	return (links.n ? os_write(file, links, 0644, true) : os_remove(file)) ? fail(file) : 0;
}

int seal_write(struct arena *a, const char *dir) {
	struct slice sums;
	const char *file = below(a, dir, SEAL_SUMS);
	if (write_links(a, dir) || seal_sums(a, dir, &sums))
		return -1;
	return os_write(file, sums, 0644, true) ? fail(file) : 0;
}

int seal_sign(struct arena *a, const char *dir, const char *key_file) {
	struct slice sums, signature;
	const char *file = below(a, dir, SEAL_SIGNATURE);
	if (os_read(a, below(a, dir, SEAL_SUMS), &sums))
		return fail(below(a, dir, SEAL_SUMS));
	if (sign_text(a, key_file, sums, &signature))
		return -1;
	signature = arena_printf(a, SFMT "\n", SARG(signature));
	return os_write(file, signature, 0644, true) ? fail(file) : 0;
}

int seal_check(struct arena *a, const char *dir, struct slice sums, const struct slices *keys) {
	struct slice signature, why;
	const char *file = below(a, dir, SEAL_SIGNATURE);
	if (os_read(a, file, &signature))
		return fail(file);
	if (sign_verify(a, keys, sums, slice_trim(signature), &why) == 0)
		return 0;
	error("%s: " SFMT, file, SARG(why));
	return -1;
}

static bool next(struct slice *rest, struct slice *line) {
	return slice_field(rest, '\n', line) && line->n > SEAL_PATH;
}

unsigned seal_compare(struct slice said, struct slice found) {
	unsigned wrong = 0;
	struct slice x, y;
	bool more = next(&said, &x), has = next(&found, &y);
	while (more || has) {
		struct slice p = more ? slice_sub(x, SEAL_PATH, x.n) : SLICE_NONE;
		struct slice q = has ? slice_sub(y, SEAL_PATH, y.n) : SLICE_NONE;
		int order = !more ? 1 : !has ? -1 : slice_cmp(p, q);
		if (order != 0 || !slice_eq(x, y)) {
			wrong++;
			error("release: " SFMT ": %s", SARG(order <= 0 ? p : q), order < 0 ? "missing"
				: order > 0 ? "not in " SEAL_SUMS : "not what " SEAL_SUMS " says");
		}
		if (order <= 0)
			more = next(&said, &x);
		if (order >= 0)
			has = next(&found, &y);
	}
	return wrong;
}

int seal_holds(struct arena *a, const char *dir, struct slice sums) {
	struct slice found, links, said = SLICE("");
	const char *file = below(a, dir, SEAL_LINKS);
	if (seal_sums(a, dir, &found) || list(a, dir, 'l', &links))
		return -1;
	if (os_read(a, file, &said) && errno != ENOENT)
		return fail(file);
	return seal_compare(sums, found) + seal_compare(said, links) ? -1 : 0;
}
