/* repro: the command that builds targets twice and compares what came of it. */
#ifndef BAKE_REPRO_H
#define BAKE_REPRO_H

struct arena;
struct options;

/* bake repro TARGET…: two builds from nothing in unlike surroundings (--against-cache: one, beside
 * what the cache holds). Prints the report (--json), and keeps it as TMPDIR/repro/report.json. Exit
 * status: 0 every artefact is the same, 1 not, or a build failed, 2 usage. */
int repro_targets(struct arena *a, const struct options *o);

#endif
