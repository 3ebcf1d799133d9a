/* verify: is a release what it says, and does it build again? */
#ifndef BAKE_VERIFY_H
#define BAKE_VERIFY_H

struct arena;
struct options;

/* bake verify-release DIR: no file is missing, other or added; a key of RELEASE_VERIFY_KEYS signed the
 * list; the layers that are here are at its commits (-k: whatever they are at); and a build from
 * nothing with its configuration and sources gives the same images and packages. Host tools that
 * are others than then are named. Exit status: 0 all of that, 1 not, 2 usage. */
int release_verify(struct arena *a, const struct options *o);

#endif
