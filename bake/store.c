/* store: DIR/xx/HASH.tar.zst, one file an artefact, its content hash behind the archive; its
 * provenance beside it as HASH.info.
 *
 * Invariants: a file under its own name is complete (written beside, renamed) and its owner is not
 * asked for; what comes from elsewhere is gathered below incoming/ first; trees come back under their
 * own names only after the content has proved right. */
#include "store.h"
#include "data.h"
#include "hash.h"
#include "os.h"
#include "pack.h"
#include "provenance.h"
#include "sign.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* 2011-04-05 23:00 UTC: the date Yocto gives to what has none. */
static const int64_t OLD_DAY = 1302044400;

struct store {
	struct arena *arena;
	const char *dir;
	struct store_options o;
	time_t opened;
};

static const char *text_or_null(struct data *config, struct arena *a, const char *name) {
	struct slice text = slice_trim(data_text(config, name));
	return text.n ? arena_str(a, text) : NULL;
}

void store_settings(struct data *config, struct arena *a, struct store_options *o) {
	struct slices *keys = ARENA_NEW(a, struct slices);
	struct slice rest = data_text(config, "SSTATE_VERIFY_KEYS"), key;
	while (slice_word(&rest, &key))
		slices_add(a, keys, key);
	*o = (struct store_options){ .dir = text_or_null(config, a, "SSTATE_DIR"),
		.signing_key = text_or_null(config, a, "SSTATE_SIGNING_KEY"), .verify_keys = keys,
		.engine = "bake " BAKE_VERSION };
}

struct store *store_open(struct arena *a, const struct store_options *o) {
	struct store *s = ARENA_NEW(a, struct store);
	struct slice why;
	/* Said before the world is compiled because nobody's artefacts can be believed. */
	if (o->verify_keys && sign_keys_check(a, o->verify_keys, &why) < 0) {
		error("SSTATE_VERIFY_KEYS: " SFMT, SARG(why));
		return NULL;
	}
	*s = (struct store){ .arena = a, .dir = os_absolute(a, o->dir), .o = *o,
		.opened = time(NULL) };
	if (os_mkdirs(s->dir) == 0)
		return s;
	error("artefact store: %s: %s", s->dir, strerror(errno));
	return NULL;
}

const char *store_name(struct arena *a, const char *hash) {
	return arena_printf(a, "%.2s/%s.tar.zst", hash, hash).p;
}

const char *store_info_name(struct arena *a, const char *hash) {
	return arena_printf(a, "%.2s/%s.info", hash, hash).p;
}

static const char *path_of(struct arena *a, const struct store *s, const char *hash) {
	return arena_printf(a, "%s/%s", s->dir, store_name(a, hash)).p;
}

static const char *info_of(struct arena *a, const struct store *s, const char *hash) {
	return arena_printf(a, "%s/%s", s->dir, store_info_name(a, hash)).p;
}

const char *store_file(struct arena *a, const struct store_options *o, const char *hash) {
	struct store s = { .dir = o->dir };
	return path_of(a, &s, hash);
}

int store_gate(const char *dir, bool exclusive) {
	struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/gate", dir).p;
	int fd = exclusive ? os_lock(path, true) : os_lock_shared(path);
	arena_free(a);
	return fd;
}

/* The time of the file, not before this build began, whatever the clock does; in a store that only
 * others may write to it stays as it is. */
static void mark_used(const struct store *s, const char *file) {
	struct timespec times[2] = { { .tv_sec = s->opened }, { .tv_sec = s->opened } };
	utimensat(AT_FDCWD, file, time(NULL) < s->opened ? times : NULL, 0);
}

bool store_has(const struct store *s, const char *hash) {
	struct arena *a = arena_new();
	const char *file = path_of(a, s, hash);
	int gate = os_is_file(file) ? store_gate(s->dir, false) : -1;
	bool has = os_is_file(file);     /* still */
	if (has)
		mark_used(s, file);
	if (gate >= 0)
		close(gate);
	arena_free(a);
	return has;
}

struct slice store_content(const struct store *s, const char *hash) {
	struct arena *a = arena_new();
	struct pack_content c;
	struct slice content = SLICE_NONE;
	if (pack_recorded(path_of(a, s, hash), &c) == 0)
		content = arena_dup(s->arena, slice_of(c.hash));
	arena_free(a);
	return content;
}

static struct pack_tree *trees_of(struct arena *a, const struct store_entry *e,
		const char *suffix) {
	struct pack_tree *t = ARENA_ARRAY(a, struct pack_tree, e->count + 1);
	for (size_t i = 0; i < e->count; i++) {
		t[i].name = e->names[i];
		t[i].dir = arena_printf(a, "%s%s", os_absolute(a, e->dirs[i]), suffix).p;
	}
	return t;
}

/* --- putting --- */

static int date_entry(const char *path, int64_t newest) {
	struct timespec times[2] = { { .tv_sec = newest }, { .tv_sec = newest } };
	return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

/* What a build makes is as old as its sources; what it copied keeps its own, older date. Whole
 * seconds, because that is what comes back. */
static int date_tree(const char *dir, int64_t newest) {
	struct arena *a = arena_new();
	struct os_entry *e;
	size_t n;
	int rc = !os_exists(dir) ? 0 : os_walk(a, dir, &e, &n) ? -1 : 1;
	for (size_t i = 0; rc == 1 && i < n; i++)
		if (e[i].mtime >= newest &&
				date_entry(arena_printf(a, "%s/%s", dir, e[i].path).p, newest))
			rc = -1;
	int why = errno;
	arena_free(a);
	errno = why;
	return rc < 0 ? -1 : 0;
}

static int date_trees(const struct pack_tree *t, size_t count, int64_t newest) {
	for (size_t i = 0; i < count; i++)
		if (date_tree(t[i].dir, newest))
			return -1;
	return 0;
}

/* Its provenance stands there before the artefact does: who trusts signed ones only may look at any
 * moment. */
static int describe(const struct store *s, const struct store_entry *e, struct arena *a,
		const char *file, const struct pack_content *content) {
	char sha256[HASH_HEX];
	struct stat st;
	struct slice text;
	struct store_kin kin = { .key = SLICE_NONE };
	if (hash_file(HASH_SHA256, file, sha256) < 0 || stat(file, &st) < 0)
		return -1;
	if (e->kin)
		kin = e->kin(e->ctx, slice_of(content->hash));
	struct provenance p = { .artefact = slice_of(e->id), .task = slice_of(e->hash),
		.content = slice_of(content->hash), .sha256 = slice_of(sha256),
		.size = (uint64_t)st.st_size, .same = kin.same, .key = kin.key,
		.engine = slice_of(s->o.engine), .compiler = slice_of(s->o.compiler),
		.hermetic = s->o.hermetic ? SLICE("yes") : SLICE("no"),
		.made = time(NULL), .cpu_ms = e->cpu_ms };
	if (provenance_write(a, &p, s->o.signing_key, &text) < 0)
		return -1;
	return os_write(info_of(a, s, e->hash), text, 0644, false);
}

static int put(const struct store *s, const struct store_entry *e, struct arena *a,
		struct pack_content *content) {
	const struct pack_tree *t = trees_of(a, e, "");
	const char *file = path_of(a, s, e->hash);
	const char *temporary = os_beside(a, file, "tmp");
	if (os_mkparents(file) || date_trees(t, e->count, e->newest > 0 ? e->newest : OLD_DAY))
		return -1;
	if (pack_write(temporary, t, e->count, e->id, content))
		return -1;
	if (describe(s, e, a, temporary, content) == 0 && rename(temporary, file) == 0)
		return 0;
	int why = errno;
	unlink(temporary);
	errno = why;
	return -1;
}

int store_put(struct store *s, const struct store_entry *e, struct slice *content) {
	struct arena *a = arena_new();
	struct pack_content c;
	const char *file = path_of(a, s, e->hash);
	int rc = put(s, e, a, &c);
	if (rc)
		warn("%s: cannot be kept as %s: %s", e->id, file, strerror(errno));
	else
		*content = arena_dup(s->arena, slice_of(c.hash));
	arena_free(a);
	return rc;
}

/* --- getting --- */

static void remove_all(const struct pack_tree *t, size_t count) {
	for (size_t i = 0; i < count; i++)
		os_remove(t[i].dir);
}

/* The new trees take the place of the old ones. */
static int replace(const struct pack_tree *to, const struct pack_tree *new, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (os_remove(to[i].dir) || rename(new[i].dir, to[i].dir)) {
			error("%s: cannot be replaced: %s", to[i].dir, strerror(errno));
			return -1;
		}
	return 0;
}

/* Out of the way of the next build, but there to be looked at. */
static void set_aside(struct arena *a, const struct store_entry *e, const char *file,
		const char *why) {
	const char *bad = arena_printf(a, "%s.bad", file).p;
	warn("%s: stored artefact is damaged (%s): made again; kept as %s", e->id, why, bad);
	if (rename(file, bad))
		unlink(file);
}

enum outcome { USABLE, DAMAGED, NOT_WRITTEN };

/* Unpacks beside the trees' places and compares with what was recorded. */
static enum outcome unpack(const char *file, const struct pack_tree *t, size_t count,
		struct pack_content *content, const char **why) {
	struct pack_content recorded;
	*why = "it is cut short";
	if (pack_recorded(file, &recorded))
		return DAMAGED;
	int rc = pack_read(file, t, count, content, why);
	if (rc)
		return rc == -1 ? DAMAGED : NOT_WRITTEN;
	*why = "its content is not what was recorded";
	return strcmp(content->hash, recorded.hash) == 0 ? USABLE : DAMAGED;
}

/* Only what a trusted key signed for this very task … */
static int accept_info(struct arena *a, const struct store *s, const char *hash,
		struct provenance *p, struct slice *why) {
	struct provenance_claim c = { .task = slice_of(hash), .keys = s->o.verify_keys };
	*why = SLICE("it has no provenance");
	return os_read(a, info_of(a, s, hash), &c.text) < 0 ? -1 : provenance_accept(a, &c, p, why);
}

static bool trusts_all(const struct store *s) {
	return !s->o.verify_keys || s->o.verify_keys->n == 0;
}

/* … and only the bytes it signed. */
static int check_trust(struct arena *a, const struct store *s, const char *hash,
		struct slice *why) {
	char sha256[HASH_HEX];
	struct provenance p;
	if (trusts_all(s))
		return 0;
	if (accept_info(a, s, hash, &p, why) < 0)
		return -1;
	*why = SLICE("its bytes are not those that were signed");
	return hash_file(HASH_SHA256, path_of(a, s, hash), sha256) == 0
		&& slice_is(p.sha256, sha256) ? 0 : -1;
}

bool store_has_trusted(const struct store *s, const char *hash) {
	struct arena *a = arena_new();
	struct provenance p;
	struct slice why;
	bool has = store_has(s, hash) && (trusts_all(s) || accept_info(a, s, hash, &p, &why) == 0);
	arena_free(a);
	return has;
}

static int restore(struct arena *a, const struct store *s, const struct store_entry *e,
		struct pack_content *c) {
	const char *why, *file = path_of(a, s, e->hash);
	const char *suffix = arena_printf(a, ".new-%d", (int)getpid()).p;
	const struct pack_tree *to = trees_of(a, e, ""), *new = trees_of(a, e, suffix);
	enum outcome found = unpack(file, new, e->count, c, &why);
	int rc = found == USABLE ? replace(to, new, e->count) : -1;
	if (found == DAMAGED && os_is_file(file))
		set_aside(a, e, file, why);
	else if (found == NOT_WRITTEN)
		warn("%s: stored artefact cannot be unpacked: %s", e->id, why);
	remove_all(new, e->count);
	return rc;
}

int store_get(struct store *s, const struct store_entry *e, struct slice *content) {
	struct arena *a = arena_new();
	struct pack_content c;
	struct slice why;
	int rc = check_trust(a, s, e->hash, &why);
	if (rc < 0)
		warn("%s: stored artefact refused: " SFMT " (SSTATE_VERIFY_KEYS): made again", e->id,
			SARG(why));
	else
		rc = restore(a, s, e, &c);
	if (rc == 0)
		*content = arena_dup(s->arena, slice_of(c.hash));
	arena_free(a);
	return rc;
}

int store_verify(const struct store *s, const char *hash, struct arena *a, struct slice *why) {
	struct pack_content c;
	const char *reason;
	if (check_trust(a, s, hash, why) < 0)
		return -1;
	if (unpack(path_of(a, s, hash), NULL, 0, &c, &reason) == USABLE)
		return 0;
	*why = arena_dup(a, slice_of(reason));
	return -1;
}

/* --- from elsewhere --- */

/* The lock's file is removed with what it stands for, so a lock on a file that is gone is none. */
int store_gather(const struct store *s, const char *hash, struct arena *a, struct store_incoming *in) {
	struct stat mine, there;
	in->file = arena_printf(a, "%s/incoming/%s", s->dir, hash).p;
	const char *lock = arena_printf(a, "%s.lock", in->file).p;
	if (os_mkparents(lock) < 0)
		return -1;
	while ((in->lock = os_lock(lock, true)) >= 0) {
		if (fstat(in->lock, &mine) == 0 && stat(lock, &there) == 0 && mine.st_ino == there.st_ino)
			return 0;
		close(in->lock);
	}
	return -1;
}

static int name_gathered(const struct store *s, struct arena *a, const char *hash, const char *from,
		struct slice info) {
	const char *file = path_of(a, s, hash);
	if (os_mkparents(file) < 0 || os_write(info_of(a, s, hash), info, 0644, false) < 0)
		return -1;
	mark_used(s, from);
	return rename(from, file);
}

int store_gathered(const struct store *s, const char *hash, struct store_incoming *in,
		const struct slice *info) {
	struct arena *a = arena_new();
	int rc = info ? name_gathered(s, a, hash, in->file, *info) : 0, why = errno;
	if (rc < 0 || !info)
		unlink(in->file);
	unlink(arena_printf(a, "%s.lock", in->file).p);
	close(in->lock);
	arena_free(a);
	errno = why;
	return rc;
}
