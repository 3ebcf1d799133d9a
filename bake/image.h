/* image: the commands for an image that is built. */
#ifndef BAKE_IMAGE_H
#define BAKE_IMAGE_H

struct arena;
struct options;

/* Exit status: 0 done, 1 failed, 2 usage. */
int image_run(struct arena *a, const struct options *o);             /* boots it */
int image_info(struct arena *a, const struct options *o); /* where it is, its size, its packages */

#endif
