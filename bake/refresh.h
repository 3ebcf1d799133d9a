/* refresh: what a person changed in S becomes part of the recipe's patches. */
#ifndef BAKE_REFRESH_H
#define BAKE_REFRESH_H

struct arena;
struct options;

/* bake refresh RECIPE [NEW.patch] [FILE…]: writes the patches of a recipe again, into its layer: a
 * change of a file goes into the last patch that touches it, any other into NEW.patch; so do FILEs
 * (below S), which are new. Exit status: 0 done, 1 failed, 2 usage. */
int refresh_patches(struct arena *a, const struct options *o);

#endif
