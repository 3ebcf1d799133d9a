/* upload: what arrives, and what a refusal means for other files. */
#include "server.h"

#include "net.h"
#include "os.h"
#include "upload.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-upload-XXXXXX";
static struct upload_reply reply;

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(os_write(in("file"), SLICE("the bytes"), 0644, false), 0);
}
static void tear_down(void) {
	stop_serving();
	os_remove(top);
	arena_free(a);
}
TestSuite(upload, .init = set_up, .fini = tear_down);

/* The path says how it goes: /201, /405 …; "/later" is 503 the first time. */
static void by_path(int fd, const char *request, size_t n) {
	const char *path = strchr(request, ' ') + 1;
	int status = atoi(path + 1);
	cr_assert_eq(os_write(in("request"), (struct slice){ request, n }, 0644, false), 0);
	if (strncmp(path, "/later", 6) == 0)
		status = mkdir(in("asked"), 0755) == 0 ? 503 : 201;
	static const char said[] = "<Error><Code>Denied</Code></Error>";
	reply_text(fd, arena_printf(a, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", status,
		strlen(said), said).p);
}

static int put(const char *path) {
	struct net_request r = { .url = arena_printf(a, "%s/%s", base, path).p, .file = in("file"),
		.pause_ms = 1, .connect_s = 2 };
	return upload_file(a, &r, NULL, &reply);
}

static bool arrived(const char *text) {
	struct slice got;
	return os_read(a, in("request"), &got) == 0 && slice_find(got, text, NULL);
}

Test(upload, the_file_arrives) {
	serve(by_path);
	cr_assert_eq(put("201/x"), 0, SFMT, SARG(reply.why));
	cr_assert(arrived("PUT /201/x HTTP/1.1\r\n"));
	cr_assert(arrived("\r\n\r\nthe bytes"));
	cr_assert_eq(put("204/y"), 0, "and the next");
}

Test(upload, a_server_in_trouble_is_tried_again) {
	serve(by_path);
	cr_assert_eq(put("later"), 0, SFMT, SARG(reply.why));
	cr_assert(arrived("\r\n\r\nthe bytes"));
}

Test(upload, a_refusal_says_why) {
	serve(by_path);
	cr_assert_eq(put("403"), -1);
	cr_assert(slice_is(reply.why, "the server answers 403 Denied"), SFMT, SARG(reply.why));
	cr_assert(reply.unreachable, "all files share who we are");
	cr_assert_eq(put("405"), -1);
	cr_assert(slice_is(reply.why, "the server answers 405 Denied: it takes no files"), SFMT, SARG(reply.why));
	cr_assert_eq(put("400"), -1);
	cr_assert(reply.unreachable, "our certificate was missing, say");
	cr_assert_eq(put("413"), -1);
	cr_assert_not(reply.unreachable, "a smaller one may be taken");
	cr_assert_eq(put("302"), -1);
	cr_assert(reply.unreachable, "what is sent elsewhere has not arrived");
}

Test(upload, a_file_that_is_not_there) {
	serve(by_path);
	os_remove(in("file"));
	cr_assert_eq(put("201"), -1);
	cr_assert(slice_find(reply.why, "No such file", NULL), SFMT, SARG(reply.why));
	cr_assert_not(reply.unreachable);
}

Test(upload, nobody_listens) {
	strcpy(base, "http://127.0.0.1:1");
	cr_assert_eq(put("201"), -1);
	cr_assert(reply.unreachable);
}
