/* provenance: what is known of an artefact beside its bytes: which task made it, of what, with what
 * and when; signed when there is a key. A text of "name value" lines, the signature (base64) last. */
#ifndef BAKE_PROVENANCE_H
#define BAKE_PROVENANCE_H

#include <stdint.h>

#include "util.h"

struct arena;

struct provenance {
	struct slice artefact;   /* "PN:do_task" */
	struct slice task;       /* task hash, hex */
	struct slice content;    /* content hash, hex: see pack.h */
	struct slice sha256;     /* of the archive file */
	uint64_t size;           /* bytes of it */
	struct slice same;       /* an earlier task hash that left the same; unset: none is known */
	struct slice key;        /* under which its content is found again: see same.h; unset: unknown */
	struct slice engine;     /* "bake 0.1.0" */
	struct slice compiler;   /* identity of the external compiler */
	struct slice hermetic;   /* "yes": made in a sandbox, "no": not */
	int64_t made;            /* seconds since 1970 */
	uint64_t cpu_ms;         /* what the task cost; 0: unknown */
};

/* The text, signed when key_file is set. 0, or −1 with a message. */
int provenance_write(struct arena *a, const struct provenance *p, const char *key_file,
		struct slice *text);
/* Reads what provenance_write wrote; slices point into text. 0, or −1: it is not such a text. Nothing
 * is believed by reading it: see provenance_accept. */
int provenance_read(struct slice text, struct provenance *p);
/* A text that says to be of the artefact of a task hash. */
struct provenance_claim {
	struct slice text, task;
	const struct slices *keys;       /* whom we trust; NULL or empty: everybody */
};

/* Reads such a text, and believes it when one of the keys signed it. 0, or −1 and *why. */
int provenance_accept(struct arena *a, const struct provenance_claim *c, struct provenance *p,
		struct slice *why);
/* Is text signed with one of the keys (PEM files)? 0, or −1 and *why. */
int provenance_check(struct arena *a, struct slice text, const struct slices *keys,
		struct slice *why);

#endif
