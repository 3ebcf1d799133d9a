/* net: libcurl, one transfer at a time.
 *
 * Invariants: FILE appears by rename only, after the transfer is complete; what FILE.part holds is
 * exactly what has been hashed, so a transfer that was cut goes on behind it. */
#include "net.h"
#include "hash.h"
#include "os.h"
#include "util.h"
#include "witness.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SAID = 80, CONNECT_S = 15, STALL_S = 30, LEAST_RATE = 100, ATTEMPTS = 3, PAUSE_MS = 1000,
	REDIRECTS = 10, TICK_MS = 250 };

struct transfer {
	const struct net_request *r;
	CURL *curl;
	int fd;                  /* of FILE.part */
	struct hash *hash;
	uint64_t have;           /* bytes in FILE.part, hashed */
	uint64_t asked_from;     /* where this attempt begins */
	uint64_t had;            /* bytes that were there before the call */
	bool answered;           /* this attempt's first byte has come */
	int write_error;         /* errno */
	bool forbidden;          /* redirected where r->allowed does not let it */
	bool too_long;           /* more than r->size bytes */
	int64_t last_tick;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
};

static const char *closed;       /* the reason; NULL: the gate is open */

void net_offline(const char *reason) {
	closed = reason;
}

const char *net_closed(const struct net_request *r) {
	return r->access && r->access->exempt ? NULL : closed;
}

static void start_curl(void) {
	static bool ready;
	if (!ready)
		curl_global_init(CURL_GLOBAL_DEFAULT);
	ready = true;
}

/* --- what curl calls --- */

static bool start_over(struct transfer *t) {
	if (ftruncate(t->fd, 0) || lseek(t->fd, 0, SEEK_SET) < 0)
		return false;
	char hex[HASH_HEX];
	hash_end(t->hash, hex);
	t->have = t->had = 0;
	t->too_long = false;
	return true;
}

static long response(struct transfer *t) {
	long code = 0;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
	return code;
}

/* A server that knows no ranges sends the whole file again (200 in place of 206). */
static bool whole_again(struct transfer *t) {
	return t->asked_from && response(t) == 200;
}

/* A redirection that is not followed, or says not where to. */
static bool is_elsewhere(struct transfer *t) {
	return response(t) >= 300 && response(t) < 400;
}

static size_t take(char *bytes, size_t one, size_t size, void *ctx) {
	struct transfer *t = ctx;
	(void)one;
	if (!t->answered && whole_again(t) && !start_over(t)) {
		t->write_error = errno;
		return 0;
	}
	t->answered = true;
	if (is_elsewhere(t))
		return 0;
	if (t->r->size && t->have + size > t->r->size) {
		t->too_long = true;
		return 0;
	}
	if (os_write_all(t->fd, (struct slice){ bytes, size })) {
		t->write_error = errno;
		return 0;
	}
	hash_add(t->hash, bytes, size);
	t->have += size;
	return size;
}

/* Is there leave to go where a redirection leads? It is read by libcurl's own rules ("//host/x" leads to
 * another host too), and asked about as "SCHEME://HOST/", which nobody can misread. What libcurl cannot read it
 * will not follow. */
static bool may_follow(struct transfer *t, const char *location) {
	char *from = NULL, *scheme = NULL, *host = NULL;
	bool may = true;
	CURLU *to = curl_url();
	curl_easy_getinfo(t->curl, CURLINFO_EFFECTIVE_URL, &from);
	if (to && !curl_url_set(to, CURLUPART_URL, from, CURLU_NON_SUPPORT_SCHEME)
			&& !curl_url_set(to, CURLUPART_URL, location,
				CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE)
			&& !curl_url_get(to, CURLUPART_SCHEME, &scheme, 0)
			&& !curl_url_get(to, CURLUPART_HOST, &host, 0)) {
		struct buf url = { 0 };
		buf_addf(&url, "%s://%s/", scheme, host);
		may = t->r->allowed(t->r->ctx, url.p);
		buf_free(&url);
	}
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(to);
	return may;
}

/* Sees every header before libcurl acts on it. */
static size_t take_header(char *bytes, size_t one, size_t size, void *ctx) {
	static const char name[] = "location:";
	struct transfer *t = ctx;
	(void)one;
	if (size < sizeof name || strncasecmp(bytes, name, sizeof name - 1) != 0)
		return size;
	struct slice url = slice_trim((struct slice){ bytes + sizeof name - 1, size - sizeof name + 1 });
	char *text = strndup(url.p, url.n);
	if (!text)
		broken("out of memory for a header");
	t->forbidden = !may_follow(t, text);
	free(text);
	return t->forbidden ? 0 : size;
}

static int tick(void *ctx, curl_off_t total, curl_off_t got, curl_off_t up_total, curl_off_t up) {
	struct transfer *t = ctx;
	(void)got, (void)up_total, (void)up;
	int64_t now = os_now_ms();
	if (now - t->last_tick < TICK_MS)
		return 0;
	t->last_tick = now;
	t->r->progress(t->r->ctx, t->have, total > 0 ? (uint64_t)total + t->asked_from : 0);
	return 0;
}

/* --- one attempt --- */

static void set_limits(CURL *c, const struct net_request *r) {
	long connect_s = r->connect_s ? r->connect_s : CONNECT_S;
	long stall_s = r->stall_s ? r->stall_s : STALL_S;
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, connect_s);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, r->least_rate ? (long)r->least_rate : LEAST_RATE);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, stall_s);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
}

static void set_trust(CURL *c, const struct net_request *r) {
	bool safe = slice_starts(slice_of(r->url), "https:");
	const char *bundle = r->ca_bundle;
	if (!bundle || !*bundle)
		bundle = getenv("CURL_CA_BUNDLE");
	if (!bundle || !*bundle)
		bundle = getenv("SSL_CERT_FILE");
	if (bundle && *bundle)
		curl_easy_setopt(c, CURLOPT_CAINFO, bundle);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,ftp,ftps");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, safe ? "https" : "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "bake");
}

/* Of nothing: what a signed request without a body says of it. */
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value) {
	struct buf b = { 0 };
	buf_addf(&b, "%s: %s", name, value);
	list = curl_slist_append(list, b.p);
	buf_free(&b);
	return list;
}

/* A signature holds for one host: whoever sends us elsewhere is not followed. */
static struct curl_slist *set_signing(CURL *c, const struct net_access *who, const char *sha256) {
	struct curl_slist *headers = add_header(NULL, "x-amz-content-sha256", sha256);
	if (who->token)
		headers = add_header(headers, "x-amz-security-token", who->token);
	curl_easy_setopt(c, CURLOPT_AWS_SIGV4, who->sigv4);
	curl_easy_setopt(c, CURLOPT_USERNAME, who->user);
	curl_easy_setopt(c, CURLOPT_PASSWORD, who->password);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	return headers;
}

static void set_certificate(CURL *c, const struct net_access *who) {
	curl_easy_setopt(c, CURLOPT_SSLCERT, who->certificate);
	curl_easy_setopt(c, CURLOPT_SSLKEY, who->key ? who->key : who->certificate);
}

struct curl_slist *net_prepare(void *curl, const struct net_request *r, const char *sent_sha256) {
	const struct net_access *who = r->access;
	start_curl();
	set_limits(curl, r);
	set_trust(curl, r);
	if (who && who->certificate)
		set_certificate(curl, who);
	if (who && (who->stays || who->sigv4))
		curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	return who && who->sigv4 ? set_signing(curl, who, sent_sha256 ? sent_sha256 : EMPTY_SHA256) : NULL;
}

static struct slice between(struct slice body, const char *open, const char *close) {
	size_t at;
	if (!slice_find(body, open, &at))
		return SLICE("");
	body = slice_sub(body, at + strlen(open), body.n);
	return slice_find(body, close, &at) ? slice_sub(body, 0, at) : SLICE("");
}

struct slice net_refusal(struct slice body) {
	struct slice said = between(body, "<Code>", "</Code>");
	if (said.n == 0)
		said = between(body, "<title>", "</title>");
	while (said.n && strchr("0123456789 ", said.p[0]))       /* "400 Bad Request": the number is known */
		said = slice_sub(said, 1, said.n);
	for (size_t i = 0; i < said.n; i++)
		if (!isprint((unsigned char)said.p[i]))
			return SLICE("");
	return said.n <= MOST_SAID ? said : SLICE("");
}

static CURLcode attempt(struct transfer *t) {
	CURL *c = t->curl;
	char range[32];
	snprintf(range, sizeof range, "%llu-", (unsigned long long)t->have);
	t->asked_from = t->have;
	t->answered = false;
	t->error[0] = '\0';
	curl_easy_reset(c);
	curl_slist_free_all(t->headers);
	t->headers = net_prepare(c, t->r, NULL);
	curl_easy_setopt(c, CURLOPT_URL, t->r->url);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_RANGE, t->have ? range : NULL);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	if (t->r->allowed) {
		curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
		curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	}
	if (t->r->progress) {
		curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, tick);
		curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
		curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	}
	return curl_easy_perform(c);
}

/* --- what an attempt's failure means --- */

/* May the same request succeed a little later? */
static bool passes(struct transfer *t, CURLcode rc) {
	switch (rc) {
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	case CURLE_OPERATION_TIMEDOUT:
		return t->answered;      /* a server that says nothing at all is not asked again */
	case CURLE_HTTP_RETURNED_ERROR:
		return response(t) >= 500 || response(t) == 408 || response(t) == 429;
	default:
		return false;
	}
}

/* Would another file from the same server fail too? */
static bool blames_server(struct transfer *t, CURLcode rc) {
	if (rc == CURLE_HTTP_RETURNED_ERROR)
		return response(t) >= 500;
	if (is_elsewhere(t))
		return true;
	return !t->write_error && !t->forbidden && rc != CURLE_WRITE_ERROR;
}

/* What we hold is no part of the file there, being longer; or the server cannot begin in its
 * middle. */
static bool cannot_go_on(struct transfer *t, CURLcode rc) {
	return t->have && ((rc == CURLE_HTTP_RETURNED_ERROR && response(t) == 416) ||
		rc == CURLE_FTP_COULDNT_USE_REST || rc == CURLE_RANGE_ERROR ||
		rc == CURLE_BAD_DOWNLOAD_RESUME || (t->too_long && t->had));
}

static struct slice describe(struct arena *a, struct transfer *t, CURLcode rc) {
	long code = response(t);
	unsigned long long have = t->have;
	if (t->write_error)
		return arena_printf(a, "%s.part: cannot be written: %s", t->r->file,
			strerror(t->write_error));
	if (t->forbidden)
		return SLICE("redirected to a host that BB_ALLOWED_NETWORKS does not name");
	if (rc == CURLE_WRITE_ERROR && is_elsewhere(t))
		return arena_printf(a, "the server answers %ld: it is elsewhere", code);
	switch (rc) {
	case CURLE_HTTP_RETURNED_ERROR:
		return arena_printf(a, "the server answers %ld%s", code,
			code == 404 ? " (not found)" : code == 403 ? " (forbidden)" : "");
	case CURLE_TOO_MANY_REDIRECTS:
		return arena_printf(a, "redirected more than %d times", REDIRECTS);
	case CURLE_WRITE_ERROR:
		return arena_printf(a, "it is longer than the %llu bytes it should have",
			(unsigned long long)t->r->size);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return code >= 300 && code < 400 ?
			SLICE("redirected from https to a place less safe") :
			SLICE("not a http, https or ftp URL");
	case CURLE_PARTIAL_FILE:
		return arena_printf(a, "the transfer was cut after %llu bytes", have);
	case CURLE_OPERATION_TIMEDOUT:
		return t->answered ? arena_printf(a, "the server stalled after %llu bytes", have) :
			SLICE("no answer in time");
	default:
		return text_mask(a, slice_of(t->error[0] ? t->error : curl_easy_strerror(rc)));
	}
}

static int transfer(struct arena *a, struct transfer *t, struct net_reply *reply, struct slice *why) {
	unsigned attempts = t->r->attempts ? t->r->attempts : ATTEMPTS;
	unsigned pause = t->r->pause_ms ? t->r->pause_ms : PAUSE_MS;
	for (unsigned i = 1;; i++) {
		CURLcode rc = attempt(t);
		if (rc == CURLE_OK)
			return 0;
		*why = describe(a, t, rc);
		reply->unreachable = blames_server(t, rc);
		bool beyond = cannot_go_on(t, rc);
		if (i == attempts || t->write_error || !(beyond ? start_over(t) : passes(t, rc)))
			return -1;
		debug("%s: " SFMT "; once more", text_mask(a, slice_of(t->r->url)).p, SARG(*why));
		os_pause(beyond ? 0 : pause);
		pause *= 2;
	}
}

/* --- the file --- */

/* Hashes what an earlier call left. */
static int take_over(struct transfer *t) {
	char block[65536];
	ssize_t n;
	while ((n = read(t->fd, block, sizeof block)) > 0) {
		hash_add(t->hash, block, (size_t)n);
		t->have += (uint64_t)n;
	}
	t->had = t->have;
	return n < 0 ? -1 : 0;
}

static int to_part(struct arena *a, struct transfer *t, struct net_reply *reply, struct slice *why) {
	const char *part = arena_printf(a, "%s.part", t->r->file).p;
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (t->r->fresh ? O_TRUNC : 0);
	t->fd = open(part, flags, 0644);
	if (t->fd < 0 || take_over(t)) {
		*why = arena_printf(a, "%s: %s", part, strerror(errno));
		return -1;
	}
	return transfer(a, t, reply, why);
}

static int finish(struct arena *a, struct transfer *t, const char *part, struct slice *why) {
	if (t->have < t->r->size) {
		*why = arena_printf(a, "it has %llu bytes, not the %llu it should have",
			(unsigned long long)t->have, (unsigned long long)t->r->size);
		unlink(part);
		return -1;
	}
	int rc = close(t->fd);
	t->fd = -1;
	if (rc || rename(part, t->r->file)) {
		*why = arena_printf(a, "%s: %s", t->r->file, strerror(errno));
		return -1;
	}
	return 0;
}

int net_get(struct arena *a, const struct net_request *r, struct net_reply *reply,
		struct slice *why) {
	witness_unsteady();
	if (net_closed(r)) {
		*why = slice_of(net_closed(r));
		return -1;
	}
	start_curl();
	struct transfer t = { .r = r, .curl = curl_easy_init(), .fd = -1 };
	const char *part = arena_printf(a, "%s.part", r->file).p;
	t.hash = hash_new(HASH_SHA256);
	*reply = (struct net_reply){ .bytes = 0 };
	int rc = to_part(a, &t, reply, why);
	if (!rc)
		rc = finish(a, &t, part, why);
	if (t.fd >= 0)
		close(t.fd);
	if (rc && (!t.have || t.too_long))
		unlink(part);
	char hex[HASH_HEX];
	hash_end(t.hash, hex);
	memcpy(reply->sha256, hex, sizeof reply->sha256);
	reply->bytes = t.have;
	reply->resumed = t.had > 0;
	hash_free(t.hash);
	curl_slist_free_all(t.headers);
	curl_easy_cleanup(t.curl);
	return rc;
}

/* --- is anybody there? --- */

/* The first bytes of a body are answer enough. */
static size_t enough(char *bytes, size_t one, size_t size, void *ctx) {
	(void)bytes, (void)one, (void)size;
	*(bool *)ctx = true;
	return 0;
}

/* git:// is no protocol of curl's: a connection to its port must do. */
static const char *address_of(struct arena *a, CURL *c, const char *url) {
	struct slice rest = slice_of(url), host;
	if (!slice_starts(rest, "git://"))
		return url;
	rest = slice_sub(rest, 6, rest.n);
	slice_field(&rest, '/', &host);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	bool port = memchr(host.p, ':', host.n) != NULL;
	return arena_printf(a, "http://" SFMT "%s", SARG(host), port ? "" : ":9418").p;
}

bool net_answers(struct arena *a, const struct net_request *r, struct slice *why) {
	char said[CURL_ERROR_SIZE] = "";
	bool answered = false;
	if (closed) {
		*why = slice_of(closed);
		return false;
	}
	start_curl();
	CURL *c = curl_easy_init();
	set_trust(c, r);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);         /* that is an answer */
	curl_easy_setopt(c, CURLOPT_URL, address_of(a, c, r->url));
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)r->connect_s);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, said);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, enough);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &answered);
	CURLcode rc = curl_easy_perform(c);
	long code = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_cleanup(c);
	answered |= rc == CURLE_OK;
	if (answered && code >= 500)
		*why = arena_printf(a, "the server answers %ld", code);
	else if (!answered)
		*why = rc == CURLE_OPERATION_TIMEDOUT ? arena_printf(a, "no answer in %u s", r->connect_s) :
			text_mask(a, slice_of(said[0] ? said : curl_easy_strerror(rc)));
	return answered && code < 500;
}
