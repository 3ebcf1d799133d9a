/* build: the command that builds targets. */
#ifndef BAKE_BUILD_H
#define BAKE_BUILD_H

struct arena;
struct options;

/* Exit status: 0 done, 1 failed, 2 usage. */
int build_targets(struct arena *a, const struct options *o);

#endif
