/* why: the commands that explain why a task runs or ran again. */
#ifndef BAKE_WHY_H
#define BAKE_WHY_H

struct arena;
struct options;

/* Exit status: 0 done, 1 failed, 2 usage. */
int why_target(struct arena *a, const struct options *o);            /* why TARGET[:TASK] */
int why_diffsigs(struct arena *a, const struct options *o);          /* diffsigs A B */
int why_dumpsig(struct arena *a, const struct options *o);           /* dumpsig A */
int why_signatures(struct arena *a, const struct options *o);        /* -S none|printdiff */

#endif
