/* A server on loopback for tests of what talks to servers: each request is answered by a function of the
 * test, in a process of its own, and ends its connection. To be included once. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t server;
static char base[64];            /* "http://127.0.0.1:PORT" */

/* Writes the answer to the request (head and body, NUL-terminated, n bytes) to fd. */
typedef void reply_fn(int fd, const char *request, size_t n);

static void reply_text(int fd, const char *text) {
	cr_assert(write(fd, text, strlen(text)) >= 0);
}

/* The head, and then as many bytes as it says. */
static size_t read_request(int fd, char *request, size_t room) {
	size_t n = 0, whole = 0;
	ssize_t got;
	while ((!whole || n < whole) && n < room && (got = read(fd, request + n, room - n)) > 0) {
		n += (size_t)got;
		request[n] = '\0';
		const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request, "Content-Length: ");
		if (end)
			whole = (size_t)(end + 4 - request) + (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
	}
	return n;
}

static void serve_one(int fd, reply_fn *reply) {
	static char request[1 << 16];
	size_t n = read_request(fd, request, sizeof request - 1);
	if (n)
		reply(fd, request, n);
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof request) > 0)
		;
	_exit(0);
}

static void serve(reply_fn *reply) {
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(s, (struct sockaddr *)&at, size), 0);
	cr_assert_eq(listen(s, 100), 0);
	getsockname(s, (struct sockaddr *)&at, &size);
	snprintf(base, sizeof base, "http://127.0.0.1:%d", ntohs(at.sin_port));
	unsetenv("http_proxy");
	setenv("no_proxy", "*", 1);
	server = fork();
	signal(SIGCHLD, server ? SIG_DFL : SIG_IGN);
	for (int fd; server == 0 && (fd = accept(s, NULL, NULL)) >= 0; close(fd))
		if (fork() == 0)
			serve_one(fd, reply);
	close(s);
}

static void stop_serving(void) {
	if (server)
		kill(server, SIGKILL), waitpid(server, NULL, 0);
	server = 0;
}
