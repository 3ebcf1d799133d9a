/* survey: many questions to a server that answers by path. */
#include "server.h"

#include "net.h"
#include "os.h"
#include "survey.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-survey-XXXXXX";
static struct survey_question q[100];
static struct slice why;
static struct net_access who;

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
}
static void tear_down(void) {
	stop_serving();
	net_offline(NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(survey, .init = set_up, .fini = tear_down);

/* /there/N holds "text N"; the first request for /closes/… gets nothing. */
static void by_path(int fd, const char *request, size_t n) {
	const char *path = strchr(request, ' ') + 1;
	int number = atoi(strrchr(path, '/') ? strchr(path + 1, '/') + 1 : "0");
	(void)n;
	char text[100], body[32];
	snprintf(body, sizeof body, "text %d", number);
	if (strncmp(path, "/silent", 7) == 0)
		sleep(20);
	if (strncmp(path, "/closes", 7) == 0 && mkdir(arena_printf(a, "%s/%d", top, number).p, 0755) == 0)
		return;
	if (strncmp(path, "/long", 5) == 0) {
		reply_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
		for (int i = 0; i < 10000; i++)
			if (write(fd, "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789", 100) < 0)
				return;
		return;
	}
	if (strncmp(path, "/gone", 5) == 0) {
		reply_text(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
		return;
	}
	snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(body), strncmp(request, "HEAD", 4) == 0 ? "" : body);
	reply_text(fd, text);
}

static int ask(size_t n) {
	struct net_request r = { .connect_s = 2, .access = &who };
	signal(SIGPIPE, SIG_IGN);
	return survey_ask(a, &r, &(struct survey){ q, n }, &why);
}

static const char *url(const char *path, int number) {
	return arena_printf(a, "%s/%s/%d", base, path, number).p;
}

Test(survey, more_questions_than_connections) {
	serve(by_path);
	for (int i = 0; i < 50; i++)
		q[i] = (struct survey_question){ .url = url(i % 2 ? "there" : "gone", i) };
	cr_assert_eq(ask(50), 0, SFMT, SARG(why));
	for (int i = 0; i < 50; i++) {
		cr_assert_eq(q[i].status, i % 2 ? 200 : 404);
		cr_assert(slice_is(q[i].text, i % 2 ? arena_printf(a, "text %d", i).p : "gone"));
	}
}

Test(survey, only_how_long_it_is) {
	serve(by_path);
	q[0] = (struct survey_question){ .url = url("there", 7), .head = true };
	cr_assert_eq(ask(1), 0);
	cr_assert_eq(q[0].status, 200);
	cr_assert_eq(q[0].bytes, strlen("text 7"));
	cr_assert_null(q[0].text.p);
}

Test(survey, a_connection_that_closes_is_forgiven_once) {
	serve(by_path);
	q[0] = (struct survey_question){ .url = url("closes", 1) };
	cr_assert_eq(ask(1), 0, SFMT, SARG(why));
	cr_assert_eq(q[0].status, 200);
}

Test(survey, what_is_too_long_is_no_answer) {
	serve(by_path);
	q[0] = (struct survey_question){ .url = url("long", 1) };
	q[1] = (struct survey_question){ .url = url("there", 1) };
	cr_assert_eq(ask(2), 0);
	cr_assert_eq(q[0].status, 0);
	cr_assert_eq(q[1].status, 200);
}

Test(survey, silence_ends_it) {
	serve(by_path);
	q[0] = (struct survey_question){ .url = url("there", 1) };
	q[1] = (struct survey_question){ .url = url("silent", 1) };
	cr_assert_eq(ask(2), -1);
	cr_assert(slice_is(why, "no answer in time"));
	cr_assert_eq(q[0].status, 200, "what was answered stands");
}

Test(survey, nobody_listens) {
	q[0] = (struct survey_question){ .url = "http://me:secret@127.0.0.1:1/x" };
	cr_assert_eq(ask(1), -1);
	cr_assert(slice_find(why, "connect", NULL), SFMT, SARG(why));
	cr_assert_not(slice_find(why, "secret", NULL));
}

Test(survey, behind_the_gate) {
	serve(by_path);
	net_offline("no network");
	q[0] = (struct survey_question){ .url = url("there", 1) };
	cr_assert_eq(ask(1), -1);
	cr_assert(slice_is(why, "no network"));
	who.exempt = true;
	cr_assert_eq(ask(1), 0);
	who.exempt = false;
}
