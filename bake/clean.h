/* clean: the command that removes what was built. */
#ifndef BAKE_CLEAN_H
#define BAKE_CLEAN_H

struct arena;
struct options;

/* Exit status: 0 done, 1 failed, 2 usage. */
int clean_built(struct arena *a, const struct options *o);

#endif
