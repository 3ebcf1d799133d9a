/* distro: a file of the host distribution's archive, found by its sha256 alone. The package
 * manager's own configuration says where the archive is; a private copy of it, with sources enabled
 * and more suites, is kept below a directory of ours. The host's is never touched, root is not
 * needed. */
#ifndef BAKE_DISTRO_H
#define BAKE_DISTRO_H

#include "util.h"

struct arena;

struct distro;

/* cache: an absolute directory of ours (made), for the private configuration and tables of what the
 * archive holds. NULL and *why when this host has no such archive. Nothing is fetched yet. */
struct distro *distro_open(struct arena *a, const char *cache, struct slice *why);
/* Adds the addresses of what would be asked. */
void distro_addresses(const struct distro *o, struct arena *a, struct slices *urls);
/* Puts a file with one of these sha256 (lower case) at `file`, verified. The host's own suites are
 * looked at first, then others of the same archive; indices of sources before those of packages. An
 * index is fetched when first needed, and again when older than a day and nothing was found. 0, or
 * −1 and *why: where it was looked for, or why what was found could not be had. */
int distro_get(struct distro *o, const struct slices *sums, const char *file, struct slice *why);

#endif
