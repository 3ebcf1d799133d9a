/* shell: which commands a shell body calls. Nothing runs, nothing is refused: what cannot be
 * understood is skipped. */
#ifndef BAKE_SHELL_H
#define BAKE_SHELL_H

struct map;
struct slice;

/* Adds to `names` (a set of atoms) every literal command word of body, those inside $(…), `…` and
 * eval included, without the functions that body itself defines. Body is the expanded text. */
void shell_commands(struct slice body, struct map *names);

#endif
