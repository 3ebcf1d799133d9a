/* survey: libcurl's multi interface with a window of transfers over few connections. One failure of
 * the connection itself is forgiven a question (a kept connection that has just been closed); the
 * second, or a silence, is the server's: nothing more is asked of it. */
#include "survey.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>

#include "net.h"
#include "os.h"

enum { WINDOW = 16, MOST_BYTES = 64 * 1024, SILENCE_S = 15, WAIT_MS = 200, EACH_MS = 60 };

struct asked {
	struct survey_question *q;       /* NULL: this place is free */
	CURL *curl;
	struct curl_slist *headers;
	struct buf body;
	bool again;              /* it is asked for the second time */
	char error[CURL_ERROR_SIZE];
};

struct inquiry {
	struct arena *arena;
	const struct net_request *r;
	CURLM *multi;
	struct asked place[WINDOW];
	size_t running;
	struct slice *why;       /* set: the server is given up */
};

/* --- one question --- */

/* What is longer than such a text ever is, is none. */
static size_t take(char *bytes, size_t one, size_t size, void *ctx) {
	struct asked *k = ctx;
	(void)one;
	if (k->body.n + size > MOST_BYTES)
		return 0;
	buf_add(&k->body, (struct slice){ bytes, size });
	return size;
}

static void put(struct inquiry *s, struct asked *k) {
	long silence_s = s->r->connect_s ? s->r->connect_s : SILENCE_S;
	k->body.n = 0;
	k->error[0] = '\0';
	curl_easy_reset(k->curl);
	curl_slist_free_all(k->headers);
	k->headers = net_prepare(k->curl, s->r, NULL);
	curl_easy_setopt(k->curl, CURLOPT_URL, k->q->url);
	curl_easy_setopt(k->curl, CURLOPT_NOBODY, k->q->head ? 1L : 0L);
	curl_easy_setopt(k->curl, CURLOPT_TIMEOUT, silence_s);
	curl_easy_setopt(k->curl, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(k->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(k->curl, CURLOPT_WRITEDATA, k);
	curl_easy_setopt(k->curl, CURLOPT_ERRORBUFFER, k->error);
	curl_easy_setopt(k->curl, CURLOPT_PRIVATE, k);
	curl_multi_add_handle(s->multi, k->curl);
}

static void begin(struct inquiry *s, struct survey_question *q) {
	struct asked *k = s->place;
	while (k->q)
		k++;
	k->q = q;
	k->again = false;
	put(s, k);
	s->running++;
}

static void note_answer(struct inquiry *s, struct asked *k) {
	curl_off_t bytes = -1;
	curl_easy_getinfo(k->curl, CURLINFO_RESPONSE_CODE, &k->q->status);
	curl_easy_getinfo(k->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &bytes);
	if (k->q->head)
		k->q->bytes = bytes > 0 ? (uint64_t)bytes : 0;
	else
		k->q->text = arena_dup(s->arena, k->body.p ? buf_slice(&k->body) : SLICE(""));
}

static bool may_pass(CURLcode rc) {
	return rc == CURLE_GOT_NOTHING || rc == CURLE_RECV_ERROR || rc == CURLE_SEND_ERROR ||
		rc == CURLE_PARTIAL_FILE || rc == CURLE_HTTP2 || rc == CURLE_HTTP2_STREAM;
}

static void end(struct inquiry *s, struct asked *k, CURLcode rc) {
	curl_multi_remove_handle(s->multi, k->curl);
	if (may_pass(rc) && !k->again) {
		k->again = true;
		put(s, k);
		return;
	}
	if (rc == CURLE_OK)
		note_answer(s, k);
	else if (rc == CURLE_OPERATION_TIMEDOUT)
		*s->why = SLICE("no answer in time");
	else if (rc != CURLE_WRITE_ERROR)
		*s->why = text_mask(s->arena, slice_of(k->error[0] ? k->error : curl_easy_strerror(rc)));
	k->q = NULL;
	s->running--;
}

/* --- all of them --- */

static void take_answers(struct inquiry *s) {
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(s->multi, &left))) {
		struct asked *k;
		CURLcode rc = m->data.result;
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&k);
		end(s, k, rc);
	}
}

/* A server that always answers a moment before it is given up must not hold a build either. */
static int64_t deadline(const struct net_request *r, size_t n) {
	int64_t silence_s = r->connect_s ? r->connect_s : SILENCE_S;
	return os_now_ms() + 3000 * silence_s + EACH_MS * (int64_t)n;
}

static void ask_all(struct inquiry *s, const struct survey *all) {
	struct survey_question *q = all->question;
	size_t n = all->n;
	int64_t until = deadline(s->r, n);
	size_t next = 0;
	int still;
	while (!s->why->p && (next < n || s->running)) {
		while (next < n && s->running < WINDOW)
			begin(s, &q[next++]);
		curl_multi_perform(s->multi, &still);
		take_answers(s);
		if (s->running && os_now_ms() > until)
			*s->why = arena_printf(s->arena, "too slow: %zu of %zu questions answered",
				next - s->running, n);
		else if (s->running && !s->why->p)
			curl_multi_poll(s->multi, NULL, 0, WAIT_MS, NULL);
	}
}

static void close_all(struct inquiry *s) {
	for (size_t i = 0; i < WINDOW; i++) {
		struct asked *k = &s->place[i];
		if (k->q)
			curl_multi_remove_handle(s->multi, k->curl);
		curl_easy_cleanup(k->curl);
		curl_slist_free_all(k->headers);
		buf_free(&k->body);
	}
	curl_multi_cleanup(s->multi);
}

int survey_ask(struct arena *a, const struct net_request *r, const struct survey *all,
		struct slice *why) {
	struct inquiry s = { .arena = a, .r = r, .why = why };
	*why = SLICE_NONE;
	if (net_closed(r)) {
		*why = slice_of(net_closed(r));
		return -1;
	}
	/* A server may be gone when we write to it. */
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	s.multi = curl_multi_init();
	for (size_t i = 0; i < WINDOW; i++)
		s.place[i].curl = curl_easy_init();
	ask_all(&s, all);
	close_all(&s);
	signal(SIGPIPE, old);
	return why->p ? -1 : 0;
}
