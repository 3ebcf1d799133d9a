/* lfs: fetched by git-lfs; put in place by us, so that unpacking needs neither it nor its filters. */
#include "lfs.h"
#include "gitrun.h"
#include "hash.h"
#include "os.h"
#include "uri.h"

#include <errno.h>
#include <stdlib.h>
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

/* --- hosts that may be asked --- */

/* A proxy that is not there: what git-lfs would send through it goes nowhere. */
#define NOWHERE "127.0.0.1:0"

static void reach(struct gitrun *t, const char *scheme, struct slice host) {
	slices_add(t->arena, &t->settings,
		arena_printf(t->arena, "http.%s://" SFMT "/.proxy ", scheme, SARG(host)));
}

/* The server that has the large files of a repository: its own, whatever the commit's .lfsconfig says. */
static struct slice endpoint(struct arena *a, const char *url) {
	const char *git = slice_ends(slice_of(url), ".git") ? "" : ".git";
	if (!slice_starts(slice_of(url), "http"))
		return slice_of(url);
	return arena_printf(a, "%s%s/info/lfs", url, git);
}

/* Of the environment's no_proxy the words that are in the list of hosts too. */
static const char *direct_hosts(const struct gitrun *c) {
	const char *set = getenv("no_proxy") ? getenv("no_proxy") : getenv("NO_PROXY");
	struct slice rest = slice_of(set ? set : ""), word;
	struct slices hosts = { 0 }, kept = { 0 };
	slices_words(c->arena, &hosts, c->g->hosts);
	while (rest.n && slice_field(&rest, ',', &word))
		if (slices_has(&hosts, slice_trim(word)))
			slices_add(c->arena, &kept, slice_trim(word));
	return arena_str(c->arena, slices_join(c->arena, &kept, ","));
}

static bool is_pattern(struct slice word) {
	for (size_t i = 0; i < word.n; i++)
		if (strchr("*?[", word.p[i]))
			return true;
	return false;
}

/* git-lfs goes wherever its server sends it. So all of its requests go to a proxy that is not there, but for
 * those to the repository's own server and to hosts that are named as they are: patterns say nothing to it. */
static void confine(struct gitrun *t) {
	struct slice hosts = t->g->hosts, word;
	struct uri u;
	const char *no;
	slices_add(t->arena, &t->settings, SLICE("http.proxy http://" NOWHERE));
	slices_add(t->arena, &t->settings, SLICE("lfs.transfer.maxretries 1"));
	slices_add(t->arena, &t->settings,
		arena_printf(t->arena, "lfs.url " SFMT, SARG(endpoint(t->arena, t->url))));
	if (uri_parse(t->arena, slice_of(t->url), &u, &no) && u.host.n)
		reach(t, slice_is(u.scheme, "http") ? "http" : "https", u.host);
	while (slice_word(&hosts, &word)) {
		if (is_pattern(word))
			continue;
		reach(t, "https", word);
		reach(t, "http", word);
	}
	t->no_proxy = direct_hosts(t);
}

/* --- fetching --- */

static struct slice reason(const struct gitrun *c, struct slice said) {
	said = text_mask(c->arena, slice_trim(said));
	if (!slice_find(said, NOWHERE, NULL))
		return arena_printf(c->arena, "git-lfs: " SFMT, SARG(said));
	return arena_printf(c->arena, "its server of large files leads to a host that BB_ALLOWED_NETWORKS does not "
		"name (a pattern is not enough): git-lfs: " SFMT, SARG(said));
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
	struct gitrun t = *c;
	if (c->g->hosts.n)
		confine(&t);
	if (gitrun_transfer(&t, words, &out)) {
		*why = reason(c, out);
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
