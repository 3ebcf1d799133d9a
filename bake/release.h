/* release: everything that was given out, and what is needed to give it out again, in one directory. */
#ifndef BAKE_RELEASE_H
#define BAKE_RELEASE_H

struct arena;
struct options;

/* bake release TARGET… [-o DIR]: builds the targets, then fills DIR (default: TMPDIR/release; what it
 * held goes). Exit status: 0 done, 1 failed, 2 usage. */
int release_make(struct arena *a, const struct options *o);
/* bake verify-release DIR: no file is missing, other or added, a key of RELEASE_VERIFY_KEYS signed the
 * list, and a build from nothing with DIR's configuration and sources and the layers that are here
 * gives the same images and packages. Exit status likewise. */
int release_verify(struct arena *a, const struct options *o);

#endif
