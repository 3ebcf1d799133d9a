/* distro: a file of the host distribution's archive, found by its sha256 alone. The package
 * manager's own configuration says where the archive is; a private copy of it, with sources enabled
 * and more suites, is kept below a directory of ours. The host's is never touched, root is not
 * needed. */
#ifndef BAKE_DISTRO_H
#define BAKE_DISTRO_H

#include "util.h"

struct arena;

struct distro;

/* cache: directory of ours (made), for the private configuration, the indices and their tables.
 * env: the environment of apt (PATH, proxies), NULL for ours. NULL and *why when this host has no
 * such archive. */
struct distro *distro_open(struct arena *a, const char *cache, struct slice *why);
/* Puts the file with this sha256 at `file`, verified. Suites are looked at in order: the host's
 * own, then others of the same archive, source indices before binary ones; indices are fetched when
 * first needed, and again when older than a day and the sum was not found. 0, or −1 and *why. */
int distro_get(struct distro *o, struct slice sha256, const char *file, struct slice *why);

#endif
