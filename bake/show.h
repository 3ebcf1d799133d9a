/* show: the commands that read and print. */
#ifndef BAKE_SHOW_H
#define BAKE_SHOW_H

struct arena;
struct options;

/* Exit status: 0 done, 1 failed, 2 usage. */
int show_parse(struct arena *a, const struct options *o);            /* -p */
int show_environment(struct arena *a, const struct options *o);      /* -e */
int show_graph(struct arena *a, const struct options *o);            /* -g */
int show_variable(struct arena *a, const struct options *o);         /* getvar */

#endif
