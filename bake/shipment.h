/* shipment: the commands that carry artefacts to mirrors and from them. */
#ifndef BAKE_SHIPMENT_H
#define BAKE_SHIPMENT_H

struct arena;
struct options;

/* `bake cache push [TARGET…]`: what SSTATE_DIR has, of the targets or at all, and the mirrors in
 * SSTATE_PUSH_MIRRORS (else SSTATE_MIRRORS) do not. `bake cache pull TARGET…`: what the mirrors have of
 * all tasks of the targets. With -n they say what would go. The first word is the command's own. Exit
 * status: 0 done, 1 something failed, 2 usage. */
int shipment_push(struct arena *a, const struct options *o);
int shipment_pull(struct arena *a, const struct options *o);

#endif
