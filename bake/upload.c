/* upload: the process keeps one handle, so that one file after the other goes over one connection. A
 * process forked meanwhile makes its own. */
#include "upload.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net.h"
#include "os.h"
#include "util.h"

enum { ATTEMPTS = 3, PAUSE_MS = 1000, MOST_SAID = 64 * 1024 };

struct sending {
	const struct net_request *r;
	const char *sha256;
	CURL *curl;
	FILE *file;
	curl_off_t bytes;
	struct buf said;         /* how the server explains a refusal */
	char error[CURL_ERROR_SIZE];
};

static CURL *own_handle(void) {
	static CURL *curl;
	static pid_t owner;
	if (!curl || owner != getpid())
		curl = curl_easy_init();
	owner = getpid();
	return curl;
}

static size_t give(char *to, size_t one, size_t size, void *ctx) {
	struct sending *s = ctx;
	return fread(to, one, size, s->file);
}

static int again_from(void *ctx, curl_off_t at, int whence) {
	struct sending *s = ctx;
	return fseeko(s->file, at, whence) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* Longer than any answer is: it would never end. */
static size_t hear(char *bytes, size_t one, size_t size, void *ctx) {
	struct sending *s = ctx;
	(void)one;
	if (s->said.n + size > MOST_SAID)
		return 0;
	buf_add(&s->said, (struct slice){ bytes, size });
	return size;
}

static CURLcode attempt(struct sending *s) {
	CURL *c = s->curl;
	s->said.n = 0;
	s->error[0] = '\0';
	rewind(s->file);
	curl_easy_reset(c);
	struct curl_slist *headers = net_prepare(c, s->r, s->sha256);
	curl_easy_setopt(c, CURLOPT_URL, s->r->url);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, s->bytes);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, again_from);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, s);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
	CURLcode rc = curl_easy_perform(c);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return rc;
}

static long response(struct sending *s) {
	long code = 0;
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
	return code;
}

static bool may_pass(CURLcode rc, long code) {
	if (rc == CURLE_OK)
		return code >= 500 || code == 408 || code == 429;
	return rc == CURLE_SEND_ERROR || rc == CURLE_RECV_ERROR || rc == CURLE_GOT_NOTHING ||
		rc == CURLE_PARTIAL_FILE;
}

/* Does the refusal say anything of other files? */
static bool blames_server(CURLcode rc, long status) {
	return rc != CURLE_OK || status >= 500 || status <= 401 || status == 403 || status == 405;
}

static struct slice describe(struct arena *a, struct sending *s, CURLcode rc) {
	struct slice code = net_refusal(s->said.p ? buf_slice(&s->said) : SLICE(""));
	long status = response(s);
	if (rc == CURLE_WRITE_ERROR)
		return SLICE("the server's answer does not end");
	if (rc != CURLE_OK)
		return text_mask(a, slice_of(s->error[0] ? s->error : curl_easy_strerror(rc)));
	return arena_printf(a, "the server answers %ld%s" SFMT "%s", status, code.n ? " " : "", SARG(code),
		status == 405 || status == 501 ? ": it takes no files" : "");
}

static int send_file(struct arena *a, struct sending *s, struct upload_reply *reply) {
	unsigned attempts = s->r->attempts ? s->r->attempts : ATTEMPTS;
	unsigned pause = s->r->pause_ms ? s->r->pause_ms : PAUSE_MS;
	for (unsigned i = 1;; i++) {
		CURLcode rc = attempt(s);
		long status = response(s);
		if (rc == CURLE_OK && status >= 200 && status < 300)
			return 0;
		reply->why = describe(a, s, rc);
		reply->unreachable = blames_server(rc, status);
		if (i == attempts || !may_pass(rc, status))
			return -1;
		os_pause(pause);
		pause *= 2;
	}
}

int upload_file(struct arena *a, const struct net_request *r, const char *sha256,
		struct upload_reply *reply) {
	struct stat st;
	struct sending s = { .r = r, .sha256 = sha256 };
	*reply = (struct upload_reply){ net_closed(r) != NULL, slice_of(net_closed(r)) };
	if (reply->unreachable)
		return -1;
	s.file = fopen(r->file, "re");
	if (!s.file || fstat(fileno(s.file), &st) < 0) {
		reply->why = arena_printf(a, "%s: %s", r->file, strerror(errno));
		if (s.file)
			fclose(s.file);
		return -1;
	}
	s.bytes = st.st_size;
	s.curl = own_handle();
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);     /* a server may be gone when we write to it */
	int rc = send_file(a, &s, reply);
	signal(SIGPIPE, old);
	fclose(s.file);
	buf_free(&s.said);
	return rc;
}
