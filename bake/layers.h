/* layers: the commands about layers: what there is, what belongs to which, what a new one lacks. */
#ifndef BAKE_LAYERS_H
#define BAKE_LAYERS_H

struct arena;
struct options;

/* `bake layers show|recipes|appends|overlayed|add|remove|check|convert`. Exit status: 0 done, 1 failed
 * (or check found something), 2 usage. */
int layers_command(struct arena *a, const struct options *o);

#endif
