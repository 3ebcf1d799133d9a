/* net: against a server of canned answers on loopback. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hash.h"
#include "net.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-net-XXXXXX";
static pid_t server;
static const char *base;         /* "http://127.0.0.1:PORT" */

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	unsetenv("http_proxy");
	setenv("no_proxy", "*", 1);
}
static void tear_down(void) {
	if (server)
		kill(server, SIGKILL), waitpid(server, NULL, 0);
	net_offline(NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(net, .init = set_up, .fini = tear_down);

/* --- the server: the n-th connection gets the n-th answer; requests go to a file --- */

static void answer(int fd, const char *text) {
	char request[4096] = "";
	ssize_t n = read(fd, request, sizeof request - 1);
	FILE *f = fopen(in("requests"), "a");
	fprintf(f, "%.*s", (int)n, request);
	fclose(f);
	if (text[0] == '*')              /* holds the line */
		sleep(20);
	cr_assert(write(fd, text, strlen(text)) >= 0);
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof request) > 0)
		;
	close(fd);
}

static void serve(const char *const *answers) {
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(s, (struct sockaddr *)&at, size), 0);
	cr_assert_eq(listen(s, 10), 0);
	getsockname(s, (struct sockaddr *)&at, &size);
	base = arena_printf(a, "http://127.0.0.1:%d", ntohs(at.sin_port)).p;
	server = fork();
	if (server == 0) {
		for (; *answers; answers++)
			answer(accept(s, NULL, NULL), *answers);
		_exit(0);
	}
	close(s);
}

#define OK(length, body) "HTTP/1.1 200 OK\r\nContent-Length: " #length "\r\n\r\n" body

static struct slice why;
static struct net_reply reply;

static int get(const char *path, bool fresh) {
	struct net_request r = { .url = arena_printf(a, "%s%s", base, path).p, .file = in("f"),
		.stall_s = 1, .pause_ms = 1, .fresh = fresh };
	why = SLICE("");
	return net_get(a, &r, &reply, &why);
}

static void holds(const char *text) {
	struct slice got;
	char hex[HASH_HEX];
	cr_assert_eq(os_read(a, in("f"), &got), 0, SFMT, SARG(why));
	cr_assert(slice_is(got, text), SFMT, SARG(got));
	hash_text(HASH_SHA256, slice_of(text), hex);
	cr_assert_str_eq(reply.sha256, hex);
	cr_assert_eq(reply.bytes, strlen(text));
	cr_assert_not(os_exists(in("f.part")));
}

static bool asked(const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in("requests"), &got), 0);
	return slice_find(got, text, NULL);
}

Test(net, a_file) {
	serve((const char *const[]){ OK(5, "hello"), NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("hello");
	cr_assert_not(reply.resumed);
}

Test(net, a_cut_transfer_goes_on_where_it_stopped) {
	serve((const char *const[]){ OK(10, "01234"),
		"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789", NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("0123456789");
	cr_assert(asked("Range: bytes=5-"));
}

Test(net, a_server_without_ranges_starts_over) {
	serve((const char *const[]){ OK(10, "01234"), OK(10, "0123456789"), NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("0123456789");
}

Test(net, what_an_earlier_call_left_is_used_unless_fresh) {
	cr_assert_eq(os_write(in("f.part"), SLICE("01234"), 0644, false), 0);
	serve((const char *const[]){
		"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789",
		OK(5, "fresh"), NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("0123456789");
	cr_assert(reply.resumed);
	cr_assert_eq(os_write(in("f.part"), SLICE("01234"), 0644, false), 0);
	cr_assert_eq(get("/x", true), 0, SFMT, SARG(why));
	holds("fresh");
}

Test(net, a_part_longer_than_the_file_is_dropped) {
	cr_assert_eq(os_write(in("f.part"), SLICE("0123456789"), 0644, false), 0);
	serve((const char *const[]){ "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n",
		OK(3, "abc"), NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("abc");
}

Test(net, a_server_in_trouble_is_asked_again) {
	serve((const char *const[]){ "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", OK(2, "ok"), NULL });
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("ok");
}

Test(net, not_found_is_final) {
	serve((const char *const[]){ "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nhtml", NULL });
	cr_assert_eq(get("/x", false), -1);
	cr_assert(slice_find(why, "404", NULL), SFMT, SARG(why));
	cr_assert_not(os_exists(in("f")));
	cr_assert_not(os_exists(in("f.part")));
}

Test(net, a_size_is_held_while_it_streams) {
	serve((const char *const[]){ OK(5, "hello"), OK(5, "hello"), NULL });
	struct net_request r = { .url = arena_printf(a, "%s/x", base).p, .file = in("f"), .size = 4 };
	cr_assert_eq(net_get(a, &r, &reply, &why), -1);
	cr_assert(slice_find(why, "longer than the 4 bytes", NULL), SFMT, SARG(why));
	cr_assert_not(os_exists(in("f.part")));
	r.size = 5;
	cr_assert_eq(net_get(a, &r, &reply, &why), 0, SFMT, SARG(why));
	holds("hello");
}

Test(net, redirects) {
	const char *loop = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	const char *many[13] = { loop, OK(5, "there") };
	serve(many);
	cr_assert_eq(get("/x", false), 0, SFMT, SARG(why));
	holds("there");
	kill(server, SIGKILL), waitpid(server, NULL, 0);
	for (int i = 0; i < 12; i++)
		many[i] = loop;
	serve(many);
	cr_assert_eq(get("/x", false), -1);
	cr_assert(slice_find(why, "redirected more than", NULL), SFMT, SARG(why));
}

static bool is_at_home(void *ctx, const char *url) {
	(void)ctx;
	return strcmp(url, "http://127.0.0.1/") == 0;
}

/* By every way of writing that libcurl takes for another host. */
Test(net, redirections_go_only_where_they_may) {
	static const char *const away[] = { "http://127.0.0.2/x", "//127.0.0.2/x", "http:/127.0.0.2/x",
		"http://127.0.0.2?@127.0.0.1/x", "http://127.0.0.2#@127.0.0.1/x" };
	struct net_request r = { .file = in("f"), .pause_ms = 1, .attempts = 1, .allowed = is_at_home };
	const char *answers[8] = { NULL };
	for (size_t i = 0; i < 5; i++)
		answers[i] = arena_printf(a, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
			away[i]).p;
	answers[5] = "HTTP/1.1 302 Found\r\nLocation: /y z\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	answers[6] = OK(5, "there");
	serve(answers);
	r.url = arena_printf(a, "%s/x", base).p;
	for (size_t i = 0; i < 5; i++) {
		cr_assert_eq(net_get(a, &r, &reply, &why), -1);
		cr_assert(slice_is(why, "redirected to a host that BB_ALLOWED_NETWORKS does not name"), "%s: " SFMT,
			away[i], SARG(why));
	}
	cr_assert_eq(net_get(a, &r, &reply, &why), 0, SFMT, SARG(why));
	holds("there");
}

Test(net, a_server_that_says_nothing) {
	serve((const char *const[]){ "*", NULL });
	cr_assert_eq(get("/x", false), -1);
	cr_assert(slice_is(why, "no answer in time"), SFMT, SARG(why));
}

Test(net, nobody_there_and_no_such_scheme) {
	base = "http://127.0.0.1:1";
	cr_assert_eq(get("/x", false), -1);
	cr_assert(why.n > 0);
	base = "file:///etc";
	cr_assert_eq(get("/passwd", false), -1);
	cr_assert(slice_find(why, "not a http", NULL), SFMT, SARG(why));
}

Test(net, the_gate) {
	net_offline("BB_NO_NETWORK is set");
	base = "http://127.0.0.1:1";
	cr_assert_eq(get("/x", false), -1);
	cr_assert(slice_is(why, "BB_NO_NETWORK is set"));
}

Test(net, credentials_are_masked) {
	static const char *const pairs[][2] = {
		{ "https://h and a@b", "https://h and a@b" },
		{ "https://u:secret@h/p", "https://u:***@h/p" },
		{ "https://token@h/p", "https://***@h/p" },
		{ "https://h/p@q", "https://h/p@q" },
		{ "from https://a:b@h to ftp://c:d@i", "from https://a:***@h to ftp://c:***@i" },
		{ "https://u:p@ss@h/p", "https://u:***@h/p" },
		{ "https://u:p#s?s'x@h/p", "https://u:***@h/p" },
		{ "https://u:pa/ss@h/p", "https://u:***@h/p" },
		{ "https://h:80/p@q", "https://h:80/p@q" },
		{ "'https://h','a@b'", "'https://h','a@b'" },
		{ "{\"https://h\":\"a@b\"}", "{\"https://h\":\"a@b\"}" },
		{ "ssh://git@h/p", "ssh://git@h/p" },
		{ "git://git@h/p;protocol=ssh", "git://git@h/p;protocol=ssh" },
		{ "no url at all", "no url at all" },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		cr_assert(slice_is(text_mask(a, slice_of(pairs[i][0])), pairs[i][1]), "%s", pairs[i][0]);
}

/* A 302 that leads away, a server in trouble, a file that is not there. */
Test(net, whom_a_failure_is_about) {
	static const struct net_access who = { .stays = true };
	struct net_request r = { .file = in("f"), .pause_ms = 1, .attempts = 1, .access = &who };
	serve((const char *const[]){
		"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 5\r\n\r\nthere",
		"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", NULL });
	r.url = arena_printf(a, "%s/x", base).p;
	cr_assert_eq(net_get(a, &r, &reply, &why), -1);
	cr_assert(slice_is(why, "the server answers 302: it is elsewhere"), SFMT, SARG(why));
	cr_assert(reply.unreachable);
	cr_assert_not(os_exists(in("f.part")));
	cr_assert_eq(net_get(a, &r, &reply, &why), -1);
	cr_assert(reply.unreachable, "every file would fail");
	cr_assert_eq(net_get(a, &r, &reply, &why), -1);
	cr_assert_not(reply.unreachable, "others may be there");
}

Test(net, the_gate_holds_for_who_is_not_exempt) {
	static const struct net_access who = { .exempt = true };
	struct net_request r = { .url = "http://127.0.0.1:1/x", .file = in("f"), .access = &who };
	net_offline("closed");
	cr_assert_eq(net_get(a, &r, &reply, &why), -1);
	cr_assert_not(slice_is(why, "closed"));
}

Test(net, what_a_refusal_says) {
	cr_assert(slice_is(net_refusal(SLICE("<Error><Code>NoSuchKey</Code><x/></Error>")), "NoSuchKey"));
	cr_assert_eq(net_refusal(SLICE("</Code><Code>")).n, 0);
	cr_assert_eq(net_refusal(SLICE("<html>")).n, 0);
	cr_assert(slice_is(net_refusal(SLICE("<html><title>400 No certificate was sent</title>")), "No certificate was sent"));
	cr_assert_eq(net_refusal(SLICE("<title>404</title>")).n, 0);
	cr_assert_eq(net_refusal(SLICE("<title>\033[2J</title>")).n, 0, "nothing that acts on a terminal");
}
