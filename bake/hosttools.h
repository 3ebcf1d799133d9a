/* hosttools: the directory of links through which tasks reach the host's tools, and what those
 * are. */
#ifndef BAKE_HOSTTOOLS_H
#define BAKE_HOSTTOOLS_H

struct arena;
struct data;
struct slice;

/* Makes ${HOSTTOOLS_DIR} hold exactly a link for each word of HOSTTOOLS and for those of
 * HOSTTOOLS_NONFATAL that the host has. −1: one message names all that are missing. */
int hosttools_link(struct data *config);
/* The identity of the external compiler: what ${EXTERNAL_TOOLCHAIN_ID_CMD} prints, remembered in
 * TMPDIR until one of the programs it names changes. Empty when the variable is. −1: message
 * given. */
int hosttools_identity(struct data *config, struct arena *a, struct slice *identity);

#endif
