/* depot: a directory that holds every source of some targets, for builds that have nothing else. */
#ifndef BAKE_DEPOT_H
#define BAKE_DEPOT_H

struct arena;
struct options;

/* bake mirror DIR TARGET…: fetches what is missing and fills DIR: files under their names and under
 * sha256/HASH, repositories as tarballs. Exit status: 0 done, 1 failed, 2 usage. */
int depot_fill(struct arena *a, const struct options *o);

#endif
