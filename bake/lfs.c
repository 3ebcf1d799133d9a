/* lfs: fetched by git-lfs; put in place by us, so that unpacking needs neither it nor its filters. */
#include "lfs.h"
#include "gitrun.h"
#include "hash.h"
#include "os.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Does the commit keep files elsewhere? Its attributes say so. */
static bool is_kept(const struct gitrun *c) {
	struct slice out;
	const char *const words[] = { "grep", "-q", "filter=lfs", gitrun_ref(c), "--",
		":(glob)**/.gitattributes", NULL };
	return gitrun(c, words, &out) == 0;
}

static const char *mark(const struct gitrun *c) {
	return arena_printf(c->arena, "%s/lfs/complete-" SFMT, c->g->mirror,
		SARG(c->g->commit)).p;
}

int lfs_fetch(const struct gitrun *c, struct slice *why) {
	struct slice out;
	const char *remote = arena_printf(c->arena, "remote.bake.url=%s", c->url).p;
	const char *const words[] = { "-c", remote, "lfs", "fetch", "bake", gitrun_ref(c), NULL };
	if (os_exists(mark(c)) || !is_kept(c))
		return 0;
	if (c->g->offline) {
		*why = arena_printf(c->arena, "its large files are not in %s", c->g->mirror);
		return -1;
	}
	if (!gitrun_program(c, "git-lfs")) {
		*why = SLICE("it keeps files in LFS and git-lfs is not installed: install it, or add "
			";lfs=0 to leave pointers in their place");
		return -1;
	}
	if (gitrun_transfer(c, words, &out)) {
		*why = arena_printf(c->arena, "git-lfs: " SFMT, SARG(text_mask(c->arena,
			slice_trim(out))));
		return -1;
	}
	if (os_mkparents(mark(c)) == 0 && os_write(mark(c), SLICE(""), 0644, false) == 0)
		return 0;
	*why = arena_printf(c->arena, "%s: %s", mark(c), strerror(errno));
	return -1;
}

/* The digest in a pointer; unset when the file is none. */
static struct slice pointer(struct arena *a, const char *file) {
	static const char first[] = "version https://git-lfs.github.com/spec/v1\n";
	struct slice text, line, hex;
	if (os_read(a, file, &text) || !slice_starts(text, first))
		return SLICE_NONE;
	while (slice_field(&text, '\n', &line)) {
		hex = slice_sub(line, strlen("oid sha256:"), line.n);
		if (slice_starts(line, "oid sha256:") && hash_is_hex(HASH_SHA256, hex))
			return hex;
	}
	return SLICE_NONE;
}

static int place(const struct gitrun *c, const char *file, struct slice hex,
		struct slice *why) {
	char got[HASH_HEX];
	const char *from = arena_printf(c->arena, "%s/lfs/objects/%.2s/%.2s/" SFMT, c->g->mirror,
		hex.p, hex.p + 2, SARG(hex)).p;
	struct stat st;
	if (hash_file(HASH_SHA256, from, got) || !slice_is(hex, got)) {
		*why = arena_printf(c->arena, "%s: its large file is not in %s/lfs", file,
			c->g->mirror);
		return -1;
	}
	if (stat(file, &st) == 0 && os_copy_file(from, file) == 0 && chmod(file, st.st_mode) == 0)
		return 0;
	*why = arena_printf(c->arena, "%s: %s", file, strerror(errno));
	return -1;
}

int lfs_place(const struct gitrun *c, const char *dir, struct slice *why) {
	enum { POINTER_MOST = 1024 };
	struct os_entry *e;
	size_t n;
	if (!is_kept(c))
		return 0;
	if (os_walk(c->arena, dir, &e, &n)) {
		*why = arena_printf(c->arena, "%s: %s", dir, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(c->arena, "%s/%s", dir, e[i].path).p;
		bool small = e[i].type == 'f' && e[i].size <= POINTER_MOST;
		struct slice hex = small ? pointer(c->arena, file) : SLICE_NONE;
		if (hex.p && place(c, file, hex, why))
			return -1;
	}
	return 0;
}
