/* upkeep: the command `bake cache`, which looks after the artefact store. */
#ifndef BAKE_UPKEEP_H
#define BAKE_UPKEEP_H

struct arena;
struct options;

/* bake cache stats|verify|gc, --json each; push and pull are shipment's. gc removes what was not used within --max-age days, then
 * the longest unused beyond --max-size MB, and nothing a running build may want; with -n it only
 * says what. Exit status: 0 done, 1 failed (verify: something is damaged or not trusted), 2 usage. */
int upkeep_command(struct arena *a, const struct options *o);

#endif
