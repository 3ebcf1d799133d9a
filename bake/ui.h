/* ui: what a person sees of a build: progress redrawn in place on a terminal, plain lines
 * elsewhere. */
#ifndef BAKE_UI_H
#define BAKE_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct ui;

struct ui_options {
	int fd;                  /* where it goes, usually 2 */
	bool terminal;           /* redraw in place */
	bool quiet;              /* plain: no line when a task starts */
};

/* Takes over message() until ui_close. */
struct ui *ui_open(struct arena *a, const struct ui_options *o);
/* total: tasks that will run or be restored; current: those found up to date. May be called
 * again. */
void ui_plan(struct ui *u, unsigned total, unsigned current);
/* A task is known by its id ("zlib:do_compile"), which must live until it is finished. */
void ui_started(struct ui *u, const char *id, bool restoring);
/* STOPPED: by the user; AGAIN: will be started once more. */
enum ui_end { UI_RAN, UI_RESTORED, UI_FAILED, UI_STOPPED, UI_AGAIN };
void ui_finished(struct ui *u, const char *id, enum ui_end how);
void ui_tick(struct ui *u); /* redraws when due; call some times a second */
void ui_resized(struct ui *u);
/* Takes the display away, gives messages back. The summary: one line of counts. */
void ui_close(struct ui *u, const char *outcome);

#endif
