/* resolve: where the sources of a build come from: openEuler's packages or the upstream releases of
 * the recipes; found out once, then read from the lock. */
#ifndef BAKE_RESOLVE_H
#define BAKE_RESOLVE_H

struct arena;
struct graph;
struct options;
struct workspace;

/* Configuration and recipes like workspace_open, for the channel of the lock or SOURCE_CHANNEL; nobody
 * is asked. */
int resolve_open(struct workspace *w, const struct options *o);
/* Resolves what the graph fetches and the lock does not have. Where the channel matters to the graph and
 * is not known, openEuler's server is asked, once. 1: the lock has more now, and what recipes and tasks see of it is in the
 * configuration: read both (workspace_open) and make the graph again; 0: all is known; −1: messages given. */
int resolve_sources(struct workspace *w, const struct graph *g);
/* After a build: the sizes of what it fetched, into the lock of the build directory. */
void resolve_measure(struct workspace *w, const struct graph *g);
/* One note: how many sources of the graph are from which channel, when the channel matters. */
void resolve_summary(const struct workspace *w, const struct graph *g);

/* bake lock [--check | --update] [TARGET…]. Exit status: 0 done, 1 failed, 2 usage. */
int resolve_lock(struct arena *a, const struct options *o);

#endif
