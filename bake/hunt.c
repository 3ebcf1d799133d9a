/* hunt: the order of places, and one of them to a file. What a place gives is verified by who
 * hunts. */
#include "hunt.h"
#include "data.h"
#include "mirror.h"
#include "net.h"
#include "os.h"
#include "source.h"

#include <errno.h>
#include <string.h>

struct hunt hunt_new(struct data *d, const struct source *s) {
	struct hunt h = { .d = d, .arena = data_arena(d), .s = s };
	h.tried.arena = h.arena;
	buf_adds(&h.tried, "");
	return h;
}

static struct slice name_of(const struct hunt *h) {
	return os_basename(slice_of(h->s->path));
}

void hunt_found(struct hunt *h, struct slice place) {
	note(SFMT ": from " SFMT, SARG(name_of(h)), SARG(place));
}

void hunt_tried(struct hunt *h, struct slice place, struct slice why) {
	buf_addf(&h->tried, "  " SFMT ": " SFMT "\n", SARG(text_mask(h->arena, place)), SARG(why));
}

const char *hunt_text(struct data *d, const char *name) {
	return arena_str(data_arena(d), data_text(d, name));
}

/* Locks stay behind (one that is removed may be waited for), so they have a directory of their
 * own. */
int hunt_lock(struct hunt *h) {
	struct slice dir = data_text(h->d, "DL_DIR");
	const char *file = arena_printf(h->arena, SFMT "/.locks/" SFMT, SARG(dir),
		SARG(name_of(h))).p;
	int lock = os_mkparents(h->s->path) || os_mkparents(file) ? -1 : os_lock(file, true);
	if (lock < 0 && errno != EROFS && errno != EACCES)
		raise_error("%s: %s", file, strerror(errno));
	return lock;
}

/* --- one place --- */

bool hunt_allowed(struct hunt *h, struct slice url) {
	return uri_host_allowed(h->arena, url, data_text(h->d, "BB_ALLOWED_NETWORKS"));
}

static bool may_redirect(void *ctx, const char *url) {
	return hunt_allowed(ctx, slice_of(url));
}

static void progress(void *ctx, uint64_t got, uint64_t total) {
	struct hunt *h = ctx;
	enum { EVERY_MS = 5000 };
	if (os_now_ms() - h->noted < EVERY_MS)
		return;
	h->noted = os_now_ms();
	struct slice name = name_of(h), have = text_bytes(h->arena, got);
	if (total)
		note(SFMT ": " SFMT " of " SFMT, SARG(name), SARG(have), SARG(text_bytes(h->arena, total)));
	else
		note(SFMT ": " SFMT, SARG(name), SARG(have));
}

static void set_limits(struct data *d, struct net_request *r) {
	r->connect_s = data_number(d, "BB_FETCH_CONNECT_TIMEOUT", 0);
	r->stall_s = data_number(d, "BB_FETCH_STALL_TIMEOUT", 0);
	r->least_rate = data_number(d, "BB_FETCH_LEAST_RATE", 0);
	r->attempts = data_number(d, "BB_FETCH_ATTEMPTS", 0);
	r->pause_ms = data_number(d, "BB_FETCH_PAUSE_MS", 0);
	r->ca_bundle = hunt_text(d, "BB_CA_BUNDLE");
}

/* The URL goes out as it was written, up to its parameters: quoting it anew may change it. */
static int download(struct hunt *h, struct slice url, struct hunt_file *file, struct slice *why) {
	struct slice remote;
	struct net_reply reply;
	struct net_request r = { .file = file->path, .fresh = file->anew, .size = h->s->size,
		.allowed = may_redirect, .progress = progress, .ctx = h };
	slice_field(&url, ';', &remote);
	set_limits(h->d, &r);
	r.url = arena_str(h->arena, remote);
	h->noted = os_now_ms();
	int rc = net_get(h->arena, &r, &reply, why);
	if (rc)
		return -1;
	file->resumed = reply.resumed;
	memcpy(file->sha256, reply.sha256, sizeof file->sha256);
	return 0;
}

static int copy(struct hunt *h, struct slice from, const char *file, struct slice *why) {
	const char *path = arena_str(h->arena, from);
	if (!os_is_file(path)) {
		*why = SLICE("not there");
		return -1;
	}
	if (os_copy_file(path, file) == 0)
		return 0;
	*why = arena_dup(h->arena, slice_of(strerror(errno)));
	return -1;
}

int hunt_get(struct hunt *h, struct slice url, struct hunt_file *file, struct slice *why) {
	struct uri u;
	const char *no;
	file->resumed = false;
	file->sha256[0] = '\0';
	if (!uri_parse(h->arena, url, &u, &no)) {
		*why = slice_of(no);
		return -1;
	}
	if (slice_is(u.scheme, "file"))
		return copy(h, u.path, file->path, why);
	if (hunt_allowed(h, url))
		return download(h, url, file, why);
	*why = SLICE("BB_ALLOWED_NETWORKS does not name it");
	return -1;
}

/* --- all places, in order --- */

/* The URLs that PREMIRRORS or MIRRORS make of the source. */
static struct slices mirrors(struct hunt *h, const char *variable) {
	struct slices urls = { 0 };
	struct slice why, name = name_of(h);
	if (h->s->kind == SOURCE_GIT)
		name = source_tarball(h->arena, h->s);
	if (!mirror_urls(h->arena, data_text(h->d, variable), &h->s->uri, name, &urls, &why))
		raise_error("%s: " SFMT, variable, SARG(why));
	return urls;
}

static int try_each(struct hunt *h, const char *variable, hunt_fn *try) {
	struct slices urls = mirrors(h, variable);
	for (size_t i = 0; i < urls.n; i++)
		if (try(h, urls.v[i]) == 0)
			return 0;
	return -1;
}

int hunt_addresses(struct hunt *h, hunt_fn *try) {
	if (try_each(h, "PREMIRRORS", try) == 0)
		return 0;
	if (data_true(h->d, "BB_FETCH_PREMIRRORONLY")) {
		hunt_tried(h, h->s->uri.text, SLICE("BB_FETCH_PREMIRRORONLY is set"));
		return -1;
	}
	return try(h, h->s->uri.text) == 0 ? 0 : try_each(h, "MIRRORS", try);
}
