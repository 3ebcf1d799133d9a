/* agenda: the tasks of targets with their hashes and what is to become of each. */
#ifndef BAKE_AGENDA_H
#define BAKE_AGENDA_H

#include <stdbool.h>

#include "hosttools.h"
#include "plan.h"        /* struct plan_facts, plan_counts */
#include "util.h"

struct arena;
struct data;
struct graph;
struct offers;
struct options;
struct same;
struct store;
struct workspace;

struct agenda {
	struct arena *arena;
	const struct options *o;
	struct workspace *w;
	struct data *config;
	const char *tmpdir;
	struct store *store;             /* NULL: none */
	struct same *same;               /* NULL: none */
	struct offers *offers;           /* of mirrors; NULL: none */
	struct hosttools_identity tools;
	const char *not_hermetic;        /* why tasks run without a sandbox; NULL: they run in one */
	struct graph *graph;
	struct plan_facts facts;
	struct plan_counts counts;
};

/* Reads the build directory's metadata (with its lock held when locked), makes the graph of the
 * words of the command line, hashes it (forcing what -f and -C name) and plans it. NULL: reported.
 */
struct agenda *agenda_open(struct arena *a, const struct options *o, bool locked);
/* The same for who only looks: nothing is locked and nothing runs, so nothing is forced. o is copied. */
struct agenda *agenda_look(struct arena *a, const struct options *o);
/* A variable of the configuration, expanded. */
const char *agenda_text(struct agenda *g, const char *name);
/* Hashes the graph again and asks mirrors for what is new in it, when a task left what an earlier run had left. ctx: the agenda. */
int agenda_hash(void *ctx);
/* Brings the artefact of t into the store when a mirror has it: what is current may never have been
 * fetched. 0: it is there; −1 without a message, unless a mirror's was refused. */
int agenda_fetch(struct agenda *g, const struct task *t);
/* The task that a word of the command line names; NULL: none such (reported). */
const struct task *agenda_target(struct agenda *g);

#endif
