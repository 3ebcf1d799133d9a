/* release: everything that was given out, and what is needed to give it out again, in one directory. */
#ifndef BAKE_RELEASE_H
#define BAKE_RELEASE_H

#include "util.h"

struct arena;
struct options;

#define RELEASE_COMMAND "command"            /* words for bake, a line each */
#define RELEASE_LAYERS "layers.tsv"          /* collection, commit or no-repository, clean/dirty/unknown */
#define RELEASE_TOOLS "hosttools.tsv"        /* name, digest or what it says of itself */
#define RELEASE_SANDBOX "sandbox"            /* its line there: were tasks shut in? */

/* bake release TARGET… [-o DIR]: builds the targets, then fills DIR (default: TMPDIR/release; the release
 * it held goes, once the new one is whole). Exit status: 0 done, 1 failed, 2 usage. */
int release_make(struct arena *a, const struct options *o);
/* The text of RELEASE_TOOLS, of the lines of a struct hosttools_identity. */
struct slice release_tools(struct arena *a, struct slice lines);

#endif
