/* provider: a name to the recipe that provides it: versions, preferences, priorities. Pure. */
#ifndef BAKE_PROVIDER_H
#define BAKE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct data;
struct recipe;
struct recipes;
struct slice;
struct slices;
struct providers;

/* Indexes recipes; config is read for PREFERRED_*, REQUIRED_*, ASSUME_PROVIDED, BBMASK is past. */
struct providers *provider_index(struct arena *a, struct data *config, const struct recipes *list);

/* The recipe for a build-time (DEPENDS, targets) or run-time (RDEPENDS) name, chosen as BitBake's
 * providers.py does. NULL with *why set (message incl. near names, the skip reason, or all
 * candidates) when none; NULL with *why unset when the name is ASSUME_PROVIDED. */
const struct recipe *provider_build(struct providers *p, struct slice name, struct slice *why);
const struct recipe *provider_run(struct providers *p, struct slice name, struct slice *why);
/* Sorted names of all that could be asked for near name, at most max. */
void provider_near(struct providers *p, struct slice name, size_t max, struct slices *names);
void provider_world(struct providers *p, struct slices *targets);     /* "world" and "universe" */

/* BitBake's comparison of (epoch, version, revision): <0, 0, >0. */
int provider_vercmp(struct slice a, struct slice b);          /* one part, as bb.utils.vercmp_part */

#endif
