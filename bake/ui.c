/* ui: on a terminal a block of lines at the bottom, drawn again in place, with messages scrolling
 * above it; elsewhere one line an event. Invariant: `drawn` lines of the block stand above the
 * cursor. */
#include "ui.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "os.h"

enum { REDRAW_MS = 200, WIDTH = 80, ROWS = 24 };

struct running {
	const char *id;
	int64_t since;           /* ms */
	bool restoring;
	struct running *next;    /* oldest first */
};

struct ui {
	struct arena *arena;
	struct ui_options options;
	struct running *running, *unused;
	unsigned total, current, done, running_count, counts[UI_AGAIN + 1];
	int64_t start, last_draw;
	unsigned drawn;
	unsigned width, rows;
	unsigned warnings;       /* given before we came */
};

static void put(struct ui *u, struct slice text) {
	while (text.n > 0) {
		ssize_t n = write(u->options.fd, text.p, text.n);
		if (n <= 0)
			return;          /* nobody looks any more; the build goes on */
		text = slice_sub(text, (size_t)n, text.n);
	}
}

static void add_duration(struct buf *b, int64_t ms) {
	int64_t s = ms / 1000;
	if (s >= 3600)
		buf_addf(b, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_addf(b, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

/* --- the block --- */

static void add_erase(struct ui *u, struct buf *b) {
	if (u->drawn > 0)
		buf_addf(b, "\r\033[%uA\033[J", u->drawn);
	u->drawn = 0;
}

/* Cuts line to the width of the terminal: a line that wraps would be counted wrongly. */
static void add_line(struct ui *u, struct buf *b, const struct buf *line) {
	size_t n = line->n < u->width - 1 ? line->n : u->width - 1;
	buf_add(b, (struct slice){ line->p, n });
	buf_addc(b, '\n');
	u->drawn++;
}

static void add_status(struct ui *u, struct buf *b, int64_t now) {
	struct buf line = { 0 };
	buf_addf(&line, "[%u/%u] ", u->done, u->total);
	add_duration(&line, now - u->start);
	buf_addf(&line, "  running %u, ran %u, restored %u", u->running_count, u->counts[UI_RAN],
		u->counts[UI_RESTORED]);
	if (u->counts[UI_FAILED])
		buf_addf(&line, ", failed %u", u->counts[UI_FAILED]);
	add_line(u, b, &line);
	buf_free(&line);
}

static void add_running(struct ui *u, struct buf *b, int64_t now) {
	unsigned most = u->rows > 4 ? u->rows - 3 : 1, shown = 0;
	struct buf line = { 0 };
	for (struct running *r = u->running; r && shown < most; r = r->next, shown++) {
		line.n = 0;
		buf_adds(&line, "  ");
		add_duration(&line, now - r->since);
		buf_addf(&line, "  %s%s", r->id, r->restoring ? " (restoring)" : "");
		add_line(u, b, &line);
	}
	buf_free(&line);
}

/* Everything in one write, so that no half-drawn block is seen. text: to scroll above it. */
static void draw(struct ui *u, struct slice text) {
	struct buf b = { 0 };
	int64_t now = os_now_ms();
	add_erase(u, &b);
	buf_add(&b, text);
	if (u->total > 0) {
		add_status(u, &b, now);
		add_running(u, &b, now);
	}
	put(u, buf_slice(&b));
	buf_free(&b);
	u->last_draw = now;
}

static void say(struct ui *u, struct slice line) {
	if (u->options.terminal)
		draw(u, line);
	else
		put(u, line);
}

static void show_message(void *ctx, enum message_level level, const char *text) {
	static const char *const plain[] = { "debug: ", "", "warning: ", "error: " };
	static const char *const colour[] = { "debug: ", "", "\033[33mwarning:\033[0m ",
		"\033[31merror:\033[0m " };
	struct ui *u = ctx;
	struct buf line = { 0 };
	buf_addf(&line, "%s%s\n", u->options.terminal ? colour[level] : plain[level], text);
	say(u, buf_slice(&line));
	buf_free(&line);
}

/* --- events --- */

struct ui *ui_open(struct arena *a, const struct ui_options *o) {
	struct ui *u = ARENA_NEW(a, struct ui);
	u->arena = a;
	u->options = *o;
	u->start = os_now_ms();
	u->warnings = message_count(MESSAGE_WARN);
	ui_resized(u);
	message_sink(show_message, u);
	return u;
}

void ui_resized(struct ui *u) {
	struct winsize size = { 0 };
	bool known = ioctl(u->options.fd, TIOCGWINSZ, &size) == 0;
	u->width = known && size.ws_col > 10 ? size.ws_col : WIDTH;
	u->rows = known && size.ws_row > 2 ? size.ws_row : ROWS;
	/* Lines that were drawn may have wrapped: leave them, start a new block below. */
	u->drawn = 0;
}

void ui_plan(struct ui *u, unsigned total, unsigned current) {
	u->total = total;
	u->current = current;
}

static void plain_event(struct ui *u, const char *id, const char *what) {
	char line[256];
	int n = snprintf(line, sizeof line, "[%u/%u] %s: %s\n", u->done, u->total, id, what);
	size_t length = n < (int)sizeof line ? (size_t)n : sizeof line - 1;
	put(u, (struct slice){ line, length });
}

void ui_started(struct ui *u, const char *id, bool restoring) {
	struct running *r = u->unused ? u->unused : ARENA_NEW(u->arena, struct running);
	struct running **end = &u->running;
	if (u->unused)
		u->unused = r->next;
	*r = (struct running){ id, os_now_ms(), restoring, NULL };
	while (*end)
		end = &(*end)->next;
	*end = r;
	u->running_count++;
	if (!u->options.terminal && !u->options.quiet && !restoring)
		plain_event(u, id, "started");
	ui_tick(u);
}

static void forget(struct ui *u, const char *id) {
	for (struct running **at = &u->running; *at; at = &(*at)->next) {
		struct running *r = *at;
		if (r->id != id)
			continue;
		*at = r->next;
		r->next = u->unused;
		u->unused = r;
		u->running_count--;
		return;
	}
}

void ui_finished(struct ui *u, const char *id, enum ui_end how) {
	static const char *const words[] = { "done", "restored", "failed", "stopped",
		"to be run after all" };
	forget(u, id);
	u->counts[how]++;
	if (how != UI_AGAIN)
		u->done++;
	if (!u->options.terminal)
		plain_event(u, id, words[how]);
	ui_tick(u);
}

void ui_tick(struct ui *u) {
	if (u->options.terminal && os_now_ms() - u->last_draw >= REDRAW_MS)
		draw(u, SLICE(""));
}

void ui_close(struct ui *u, const char *outcome) {
	struct buf b = { 0 };
	unsigned warnings = message_count(MESSAGE_WARN) - u->warnings;
	add_erase(u, &b);
	buf_addf(&b, "%s: %u ran, %u restored, %u current", outcome, u->counts[UI_RAN],
		u->counts[UI_RESTORED], u->current);
	if (u->counts[UI_FAILED])
		buf_addf(&b, ", %u failed", u->counts[UI_FAILED]);
	if (warnings)
		buf_addf(&b, ", %u warning%s", warnings, warnings == 1 ? "" : "s");
	buf_adds(&b, " in ");
	add_duration(&b, os_now_ms() - u->start);
	buf_addc(&b, '\n');
	message_sink(NULL, NULL);
	put(u, buf_slice(&b));
	buf_free(&b);
}
