/* hunt: one source, looked for in one place after the other, with what was tried and why it
 * failed. */
#ifndef BAKE_HUNT_H
#define BAKE_HUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct data;
struct source;

struct hunt {
	struct data *d;
	struct arena *arena;
	const struct source *s;
	struct buf tried;        /* "  PLACE: REASON\n" for every place */
	int64_t noted;           /* when progress was last told */
};

struct hunt hunt_new(struct data *d, const struct source *s);
/* Tries to get the source from url: 0 when it is there. It says itself how that went, with
 * hunt_found or hunt_tried. */
typedef int hunt_fn(struct hunt *h, struct slice url);
void hunt_found(struct hunt *h, struct slice place);
void hunt_tried(struct hunt *h, struct slice place, struct slice why);
/* PREMIRRORS, SRC_URI itself, MIRRORS, up to the first place where try succeeds. −1: nowhere.
 * Raises for mirrors that are no pairs. */
int hunt_addresses(struct hunt *h, hunt_fn *try);
/* May this URL's host be asked (BB_ALLOWED_NETWORKS)? */
bool hunt_allowed(struct hunt *h, struct slice url);
/* What hunt_get is asked for, and what it tells. */
struct hunt_file {
	const char *path;        /* appears complete or not at all */
	bool anew;               /* forget what an earlier call left of it */
	char sha256[64 + 1];     /* told: as it streamed by; empty: it was copied */
	bool resumed;            /* told: its beginning is from an earlier call */
};
/* One URL (http, https, ftp, or file: a copy) to the file; limits come from BB_FETCH_…. 0, or −1
 * and *why. */
int hunt_get(struct hunt *h, struct slice url, struct hunt_file *file, struct slice *why);
/* Holds the source's name against other bakes, until the fd is closed. −1: DL_DIR is read-only, so
 * that what is not there cannot be put there either. Raises. */
int hunt_lock(struct hunt *h);
/* A variable's text, NUL-terminated; "" when unset. */
const char *hunt_text(struct data *d, const char *name);

#endif
