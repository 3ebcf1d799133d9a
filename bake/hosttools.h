/* hosttools: the directory of links through which tasks reach the host's tools, and what those
 * are. */
#ifndef BAKE_HOSTTOOLS_H
#define BAKE_HOSTTOOLS_H

#include "util.h"

struct arena;
struct data;

/* Makes ${HOSTTOOLS_DIR} hold exactly a link for each word of HOSTTOOLS and for those of
 * HOSTTOOLS_NONFATAL that the host has. −1: one message names all that are missing. */
int hosttools_link(struct data *config);
struct hosttools_identity {
	struct slice compiler;   /* what ${EXTERNAL_TOOLCHAIN_ID_CMD} prints */
	struct slice lines;      /* "@compiler …", "@tool/NAME sha256", as in a signature's dump (sig.h) */
};

/* What the external compiler, and every tool of HOSTTOOLS and HOSTTOOLS_NONFATAL but those of
 * HOSTTOOLS_HASHEXCLUDE, is: the digest of the program, and for those whose work is in libraries and modules
 * what ${HOSTTOOLS_ID_CMD} prints. Remembered in TMPDIR until one of the programs is another file.
 * −1: message given. */
int hosttools_identify(struct data *config, struct arena *a, struct hosttools_identity *out);

#endif
