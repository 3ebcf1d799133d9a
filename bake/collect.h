/* collect: what a target was made from, in one directory: sources, patches, recipes, licence texts. */
#ifndef BAKE_COLLECT_H
#define BAKE_COLLECT_H

struct arena;
struct options;

/* bake archive TARGET… [-o DIR]: one directory a recipe in DIR (default: TMPDIR/archive), SHA256SUMS
 * over all. Licence texts are checked as do_populate_lic does; of one that changed, the difference
 * is printed. Exit status: 0 done, 1 something is missing or a licence text changed, 2 usage. */
int collect_sources(struct arena *a, const struct options *o);

#endif
