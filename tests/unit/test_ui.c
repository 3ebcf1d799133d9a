/* ui: plain lines and the summary; on a terminal nothing wider than it. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ui.h"

static struct arena *a;
static int pipes[2];
static struct ui *u;

static void begin(bool terminal) {
	struct ui_options o = { .terminal = terminal };
	a = arena_new();
	cr_assert_eq(pipe2(pipes, O_NONBLOCK), 0);
	o.fd = pipes[1];
	u = ui_open(a, &o);
}

/* What was written so far. */
static const char *written(void) {
	static char text[65536];
	ssize_t n = read(pipes[0], text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

Test(ui, plain_is_one_line_an_event) {
	begin(false);
	ui_plan(u, 2, 5);
	ui_started(u, "zlib:do_compile", false);
	ui_finished(u, "zlib:do_compile", UI_RAN);
	ui_started(u, "glibc:do_package", true);
	warn("look");
	ui_finished(u, "glibc:do_package", UI_RESTORED);
	cr_assert_str_eq(written(), "[0/2] zlib:do_compile: started\n[1/2] zlib:do_compile: done\n"
		"warning: look\n[2/2] glibc:do_package: restored\n");
	ui_close(u, "done");
	cr_assert_str_eq(written(), "done: 1 ran, 1 restored, 5 current, 1 warning in 0:00\n");
	arena_free(a);
}

Test(ui, an_artefact_that_is_unusable_counts_once) {
	begin(false);
	ui_plan(u, 1, 0);
	ui_started(u, "x:do_y", true);
	ui_finished(u, "x:do_y", UI_AGAIN);
	ui_started(u, "x:do_y", false);
	ui_finished(u, "x:do_y", UI_FAILED);
	written();
	ui_close(u, "failed");
	cr_assert_str_eq(written(), "failed: 0 ran, 0 restored, 0 current, 1 failed in 0:00\n");
	arena_free(a);
}

Test(ui, a_terminal_shows_what_runs_in_lines_that_do_not_wrap) {
	char id[200];
	begin(true);
	memset(id, 'x', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	ui_plan(u, 3, 0);
	ui_started(u, id, false);
	note("message");
	const char *text = written();
	cr_assert_not_null(strstr(text, "message\n[0/3] 0:00  running 1"));
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		cr_assert_leq(end - line, 90, "the line is cut: %.*s", (int)(end - line), line);
	ui_finished(u, id, UI_RAN);
	ui_close(u, "done");
	arena_free(a);
}
