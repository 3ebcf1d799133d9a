/* peer: names become addresses through mirror.h, so that what Yocto's users write means what it
 * means there; a plain URL is the pair "file://.* URL/PATH". */
#include "peer.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "hash.h"
#include "mirror.h"
#include "os.h"
#include "profile.h"
#include "survey.h"
#include "upload.h"
#include "uri.h"

enum { TIMEOUT_S = 10, ATTEMPTS = 2, LEAST_RATE = 4096, SMALL_MOST = 64 * 1024 };

/* --- the variable --- */

/* The variable at hand. */
struct reader {
	struct data *config;
	struct arena *arena;
	const char *variable;
};

static const char *text_of(const struct reader *r, const char *name) {
	struct slice text = slice_trim(data_text(r->config, name));
	return text.n ? arena_str(r->arena, text) : NULL;
}

/* A variable of the configuration (NULL: none), else of the environment: secrets belong in the
 * latter. */
static const char *either(const struct reader *r, const char *name, const char *const *environment) {
	const char *text = name ? text_of(r, name) : NULL;
	for (; !text && *environment; environment++) {
		text = getenv(*environment);
		text = text && *text ? text : NULL;
	}
	return text;
}

/* A word that begins a pair: "file://.*". A directory's URL has a third slash. */
static bool is_pattern(struct slice word) {
	return slice_starts(word, "file://") && !slice_starts(word, "file:///");
}

static unsigned seconds_of(const struct reader *r) {
	const char *text = text_of(r, "SSTATE_MIRROR_TIMEOUT");
	uint64_t n = TIMEOUT_S;
	if (text && (!slice_number(slice_of(text), &n) || n == 0 || n > 3600))
		raise_error("SSTATE_MIRROR_TIMEOUT: \"%s\" is no number of seconds from 1 to 3600", text);
	return (unsigned)n;
}

static void set_limits(const struct reader *r, struct peer *p) {
	unsigned seconds = seconds_of(r);
	p->how = (struct net_request){ .connect_s = seconds, .stall_s = seconds,
		.least_rate = LEAST_RATE, .attempts = ATTEMPTS,
		.ca_bundle = text_of(r, "SSTATE_MIRROR_CA") };
	if (!p->how.ca_bundle)
		p->how.ca_bundle = text_of(r, "BB_CA_BUNDLE");
	p->how.access = &p->who;
	p->who = (struct net_access){ .certificate = text_of(r, "SSTATE_MIRROR_CERT"),
		.key = text_of(r, "SSTATE_MIRROR_KEY"),
		.stays = text_of(r, "BB_ALLOWED_NETWORKS") != NULL,
		.exempt = data_true(r->config, "SSTATE_MIRROR_ALLOW_NETWORK") };
}

/* Without an access key requests go out unsigned: a public bucket can be read. A token belongs to the key it
 * was given with, so both are of one place. */
static void set_user(const struct reader *r, const struct profile *own, struct net_access *who) {
	static const char *const user[] = { "AWS_ACCESS_KEY_ID", NULL };
	static const char *const secret[] = { "AWS_SECRET_ACCESS_KEY", NULL };
	static const char *const token[] = { "AWS_SESSION_TOKEN", NULL };
	who->user = either(r, NULL, user);
	who->password = who->user ? either(r, NULL, secret) : own->secret;
	who->token = who->user ? either(r, NULL, token) : own->token;
	who->user = who->user ? who->user : own->user;
}

static void set_bucket(const struct reader *r, struct peer *p) {
	static const char *const regions[] = { "AWS_REGION", "AWS_DEFAULT_REGION", NULL };
	static const char *const endpoints[] = { "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL };
	struct profile own = profile_read(r->arena);
	const char *region = either(r, "SSTATE_MIRROR_REGION", regions);
	const char *endpoint = either(r, "SSTATE_MIRROR_ENDPOINT", endpoints);
	region = region ? region : own.region ? own.region : "us-east-1";
	endpoint = endpoint ? endpoint : arena_printf(r->arena, "https://s3.%s.amazonaws.com", region).p;
	struct slice base = slice_of(endpoint);
	while (slice_ends(base, "/"))
		base.n--;
	p->endpoint = arena_str(r->arena, base);
	set_user(r, &own, &p->who);
	if (p->who.user && p->who.password)
		p->who.sigv4 = arena_printf(r->arena, "aws:amz:%s:s3", region).p;
}

static int set_kind(const struct reader *r, const struct uri *u, struct peer *p) {
	static const struct { const char *scheme; enum peer_kind kind; } kinds[] = {
		{ "file", PEER_DIRECTORY }, { "http", PEER_SERVER }, { "https", PEER_SERVER },
		{ "s3", PEER_BUCKET },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_is(u->scheme, kinds[i].scheme)) {
			p->kind = kinds[i].kind;
			return 0;
		}
	error("%s: %s: it is no file, http, https or s3 URL", r->variable, p->place);
	return -1;
}

/* What people know it by: without "/PATH" and parameters. */
static const char *place_of(struct arena *a, struct slice url) {
	struct slice place;
	slice_field(&url, ';', &place);
	if (slice_ends(place, "/PATH"))
		place.n -= strlen("/PATH");
	return arena_str(a, place);
}

/* pattern: unset when the URL stands alone. */
static int make_peer(const struct reader *r, struct slice pattern, struct slice url, struct peer *p) {
	struct uri u;
	const char *why;
	*p = (struct peer){ .place = place_of(r->arena, url), .state = p->state };
	if (!uri_parse(r->arena, url, &u, &why)) {
		error("%s: %s: %s", r->variable, p->place, why);
		return -1;
	}
	p->pair = pattern.n ? arena_printf(r->arena, SFMT " " SFMT, SARG(pattern), SARG(url)) :
		arena_printf(r->arena, "file://.* %s/PATH", p->place);
	if (set_kind(r, &u, p) < 0)
		return -1;
	set_limits(r, p);
	if (p->kind == PEER_BUCKET)
		set_bucket(r, p);
	return 0;
}

static bool is_allowed(const struct reader *r, const struct peer *p) {
	const char *why = NULL, *url = p->kind == PEER_BUCKET ? p->endpoint : p->place;
	struct slice hosts = data_text(r->config, "BB_ALLOWED_NETWORKS");
	if (p->kind == PEER_DIRECTORY)
		return true;
	if (data_true(r->config, "BB_NO_NETWORK") && !p->who.exempt)
		why = "BB_NO_NETWORK is set";
	else if (!uri_host_allowed(r->arena, slice_of(url), hosts))
		why = "BB_ALLOWED_NETWORKS does not name it";
	if (why)
		debug("%s: not asked for artefacts: %s", p->place, why);
	return !why;
}

/* Yocto's own documents end each pair with a "\n" of two letters. */
static struct slice without_escapes(struct arena *a, struct slice text) {
	char *copy = arena_str(a, text);
	for (char *at = copy; (at = strstr(at, "\\n")); at += 2)
		at[0] = at[1] = ' ';
	return slice_of(copy);
}

static int add_words(const struct reader *r, const struct slices *words, struct peers *list) {
	for (size_t i = 0; i < words->n; i++) {
		struct slice pattern = is_pattern(words->v[i]) ? words->v[i] : SLICE_NONE;
		if (pattern.n && ++i == words->n) {
			error("%s: \"" SFMT "\" is a pattern, and no URL follows it", r->variable,
					SARG(pattern));
			return -1;
		}
		if (make_peer(r, pattern, words->v[i], &list->v[list->n]) < 0)
			return -1;
		list->n += is_allowed(r, &list->v[list->n]);
	}
	return 0;
}

static struct peer_state *share_states(size_t n) {
	struct peer_state *states = mmap(NULL, n * sizeof *states, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (states == MAP_FAILED)
		broken("no memory to share with tasks");
	return states;
}

int peer_list(struct data *config, struct arena *a, const char *variable, struct peers *list) {
	struct reader r = { config, a, variable };
	struct slices words = { 0 };
	slices_words(a, &words, without_escapes(a, data_text(config, variable)));
	*list = (struct peers){ .v = ARENA_ARRAY(a, struct peer, words.n + 1) };
	if (words.n == 0)
		return 0;
	struct peer_state *states = share_states(words.n);
	for (size_t i = 0; i < words.n; i++)
		list->v[i].state = &states[i];
	return add_words(&r, &words, list);
}

bool peer_give_up(const struct peer *p) {
	return !__atomic_exchange_n(&p->state->given_up, true, __ATOMIC_SEQ_CST);
}

/* --- addresses --- */

/* As S3 wants a key's name, for that is what it signs; what is %XX stays that. */
static struct slice encoded(struct arena *a, struct slice key) {
	struct buf b = { .arena = a };
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];
		if (isalnum(c) || strchr("-._~/%", c))
			buf_addf(&b, "%c", c);
		else
			buf_addf(&b, "%%%02X", c);
	}
	return buf_slice(&b);
}

/* A bucket is a part of the path: that works with every server that speaks S3. */
static const char *in_bucket(struct arena *a, const struct peer *p, struct slice url) {
	struct slice key = encoded(a, slice_sub(url, strlen("s3://"), url.n));
	return arena_printf(a, "%s/" SFMT, p->endpoint, SARG(key)).p;
}

/* The URL of a name, a directory's path; NULL: the pattern does not fit it. */
static const char *address(struct arena *a, const struct peer *p, const char *name) {
	struct slices urls = { 0 };
	struct slice url, why;
	struct uri u;
	const char *reason;
	struct slice text = arena_printf(a, "file://%s", name);
	if (!uri_parse(a, text, &u, &reason) || !mirror_urls(a, p->pair, &u, os_basename(text), &urls, &why)
			|| urls.n == 0)
		return NULL;
	slice_field(&urls.v[0], ';', &url);
	if (p->kind == PEER_BUCKET)
		return in_bucket(a, p, url);
	if (p->kind == PEER_DIRECTORY)
		return uri_parse(a, url, &u, &reason) ? arena_str(a, u.path) : NULL;
	return arena_str(a, url);
}

/* --- asking --- */

static void look_at(struct arena *a, const struct peer *p, struct peer_file *f) {
	struct stat st;
	const char *path = address(a, p, f->name);
	if (!path)
		return;
	bool file = stat(path, &st) == 0 && S_ISREG(st.st_mode);
	f->bytes = file && f->head ? (uint64_t)st.st_size : 0;
	/* What is longer than such a text ever is, is none. */
	f->there = file && (f->head || (st.st_size <= SMALL_MOST && os_read(a, path, &f->text) == 0));
}

/* Where a directory is; what a pattern's groups make of it is seen name by name. */
static const char *root_of(struct arena *a, const struct peer *p) {
	struct uri u;
	const char *reason;
	return uri_parse(a, slice_of(p->place), &u, &reason) ? arena_str(a, u.path) : "/";
}

void peer_make(const struct peer *p) {
	struct arena *a = arena_new();
	if (p->kind == PEER_DIRECTORY && !strchr(root_of(a, p), '\\'))
		os_mkdirs(root_of(a, p));
	arena_free(a);
}

/* A directory that is not there may be a file system that is not mounted. */
static int ask_directory(struct arena *a, const struct peer *p, const struct peer_files *f,
		struct slice *why) {
	const char *root = root_of(a, p);
	bool known = !strchr(root, '\\');       /* without groups of a pattern */
	if (known && (!os_is_dir(root) || access(root, R_OK | X_OK) < 0)) {
		*why = os_is_dir(root) ? slice_of(strerror(errno)) : SLICE("no such directory");
		return -1;
	}
	for (size_t i = 0; i < f->n; i++)
		look_at(a, p, &f->v[i]);
	return 0;
}

/* A bucket that may not be listed answers 403 for what it does not have; who is let in nowhere gets
 * nothing else. */
static int judge(struct arena *a, const struct peer *p, const struct survey *s, struct slice *why) {
	const struct survey_question *odd = NULL;
	for (size_t i = 0; i < s->n; i++) {
		const struct survey_question *q = &s->question[i];
		p->state->open |= q->status == 200 || q->status == 404 || q->status == 410;
		odd = odd || !q->status ? odd : q;
	}
	if (p->state->open || !odd)
		return 0;
	struct slice code = net_refusal(odd->text);
	*why = arena_printf(a, "the server answers %ld%s" SFMT "%s", odd->status, code.n ? " " : "",
		SARG(code), odd->status < 400 || odd->status > 403 ? "" : ": are its certificate, ~/.netrc or keys right?");
	return -1;
}

static int ask_server(struct arena *a, const struct peer *p, const struct peer_files *f,
		struct slice *why) {
	struct survey s = { .question = ARENA_ARRAY(a, struct survey_question, f->n + 1) };
	struct peer_file **asked = ARENA_ARRAY(a, struct peer_file *, f->n + 1);
	for (size_t i = 0; i < f->n; i++) {
		const char *url = address(a, p, f->v[i].name);
		if (!url)
			continue;
		asked[s.n] = &f->v[i];
		s.question[s.n++] = (struct survey_question){ .url = url, .head = f->v[i].head };
	}
	int rc = survey_ask(a, &p->how, &s, why);
	for (size_t i = 0; i < s.n; i++) {
		const struct survey_question *q = &s.question[i];
		asked[i]->there = q->status == 200;
		asked[i]->bytes = q->bytes;
		asked[i]->text = q->status == 200 ? q->text : SLICE_NONE;
	}
	return rc < 0 ? -1 : judge(a, p, &s, why);
}

int peer_ask(struct arena *a, const struct peer *p, const struct peer_files *f, struct slice *why) {
	return p->kind == PEER_DIRECTORY ? ask_directory(a, p, f, why) : ask_server(a, p, f, why);
}

/* --- one file --- */

static int copy(struct arena *a, const char *from, struct peer_transfer *t) {
	char hex[HASH_HEX];
	struct stat st;
	if (os_copy_file(from, t->file) < 0 || hash_file(HASH_SHA256, t->file, hex) < 0
			|| stat(t->file, &st) < 0) {
		t->why = arena_printf(a, "%s: %s", from, strerror(errno));
		return -1;
	}
	memcpy(t->reply.sha256, hex, sizeof t->reply.sha256);
	t->reply.bytes = (uint64_t)st.st_size;
	return 0;
}

static const char *begin(struct arena *a, const struct peer *p, struct peer_transfer *t) {
	t->reply = (struct net_reply){ .bytes = 0 };
	t->why = SLICE("its pattern does not fit");
	return address(a, p, t->name);
}

int peer_get(struct arena *a, const struct peer *p, struct peer_transfer *t) {
	const char *from = begin(a, p, t);
	struct net_request r = p->how;
	if (!from)
		return -1;
	if (p->kind == PEER_DIRECTORY)
		return copy(a, from, t);
	r.url = from;
	r.file = t->file;
	r.size = t->size;
	r.fresh = t->fresh;
	return net_get(a, &r, &t->reply, &t->why);
}

static int copy_beside(struct arena *a, const char *to, struct peer_transfer *t) {
	const char *temporary = os_beside(a, to, "tmp");
	if (os_mkparents(to) == 0 && os_copy_file(t->file, temporary) == 0
			&& utimensat(AT_FDCWD, temporary, NULL, 0) == 0 && rename(temporary, to) == 0)
		return 0;
	t->why = arena_printf(a, "%s: %s", to, strerror(errno));
	t->reply.unreachable = true;
	unlink(temporary);
	return -1;
}

int peer_put(struct arena *a, const struct peer *p, struct peer_transfer *t) {
	const char *to = begin(a, p, t);
	struct net_request r = p->how;
	struct upload_reply reply;
	if (!to)
		return -1;
	if (p->kind == PEER_DIRECTORY)
		return copy_beside(a, to, t);
	r.url = to;
	r.file = t->file;
	int rc = upload_file(a, &r, t->sha256, &reply);
	t->reply.unreachable = reply.unreachable;
	t->why = reply.why;
	return rc;
}
