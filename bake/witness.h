/* witness: what evaluation asked of the world outside, so that a later run can tell whether it would
 * be told the same. */
#ifndef BAKE_WITNESS_H
#define BAKE_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "util.h"

/* Between begin and end, os and proc (the doors to the world) tell what they are asked for. */
void witness_begin(void);
void witness_end(void);
/* Looks are remembered for the life of the process; this forgets them: a new configuration is
 * read. */
void witness_forget(void);

/* How long ago a file must have changed to be relied on; two seconds when nobody (a test) says
 * otherwise. */
void witness_settle(int64_t ns);

/* The content of a file, or the names in a directory: to be told before it is read. */
void witness_content(const char *path);
/* Whether it is there, and what kind of file it is. */
void witness_existence(const char *path);
/* Where the symbolic links of the path lead. */
void witness_resolution(const char *path);
/* Something that cannot be looked at again: the time, what a program printed, a change made. */
void witness_unsteady(void);
/* While on, what is told counts for every later unit of work too: its answer is kept. */
void witness_keep(bool on);

/* What was told since witness_begin, as bytes. */
void witness_pack(struct buf *out);
/* Was every file of it last changed so long ago that another change will show? */
bool witness_settled(void);
/* Settled, and nothing unsteady: the same facts mean the same result. */
bool witness_lasts(void);

/* One thing that was told. */
struct witness_fact {
	struct slice path;
	uint64_t print;                  /* a digest of what stat says; 0: it was not there */
	bool content;
};

/* Takes the next fact off packed bytes; false at their end, and for what is none. */
bool witness_next(struct slice *bytes, struct witness_fact *f);
void witness_add(struct buf *out, const struct witness_fact *f);
/* Would the same be told now? Looks at the disk. */
bool witness_holds(const struct witness_fact *f);

#endif
