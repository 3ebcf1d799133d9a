/* chart: a task graph for people and tools: JSON, and the files of `bake -g`. */
#ifndef BAKE_CHART_H
#define BAKE_CHART_H

#include <stdio.h>

struct graph;

/* {"buildlist": [PN …], "edges": ["a.do_x -> b.do_y" …]}, sorted. */
void chart_json(const struct graph *g, FILE *out);
/* Writes pn-buildlist and task-depends.dot into dir, as BitBake's -g does. −1: message given. */
int chart_write(const struct graph *g, const char *dir);

#endif
