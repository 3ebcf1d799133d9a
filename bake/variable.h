/* variable: how a store holds its variables. Only the modules that make up the store look in here;
 * all others use data.h. */
#ifndef BAKE_VARIABLE_H
#define BAKE_VARIABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"         /* struct map, … */
#include "name.h"        /* … NAME_OPS … */
#include "place.h"       /* … and struct place are embedded */
#include "util.h"

struct history;

struct flag {
	const struct atom *name;
	struct slice value, weak;        /* weak: from ??= */
	struct place at;                 /* where it was set last */
};

struct op {
	struct slice value;
	const struct override *when;     /* NULL: always */
};

struct ops {
	struct op *v;
	uint32_t n, cap;
};

struct var {
	struct slice value, weak;        /* weak: from ??= */
	struct ops op[NAME_OPS];
	struct flag *flag;
	const struct name_link **link;
	uint32_t flags, flags_cap, links, links_cap;
	bool linked; /* has had links: renaming treats an empty list as a list */
	struct place at;
};

struct atoms {
	const struct atom **v;
	uint32_t n, cap;
};

/* What reading a variable gave. */
struct answer {
	struct slice raw;                /* with overrides and operations, unexpanded */
	struct slice value;              /* expanded, :remove applied */
	struct slices removes;           /* :remove texts that took words out */
	struct slices codes;             /* inline code that was evaluated */
	struct atoms names;              /* variables referred to */
	bool expanded;
};

struct slot {
	const struct atom *name;
	struct var *var;
	bool own;                        /* var is this store's */
	uint32_t generation;             /* of answer; 0: none */
	uint32_t busy;                   /* being expanded at this depth of override computations */
	struct answer answer;
};

/* A variable under expansion: a chain on the C stack, for messages. */
struct frame {
	const struct slot *slot;
	const struct frame *outer;
};

struct data {
	struct arena *arena;
	const struct data *parent;
	struct map slots;                /* atom → struct slot * */
	struct atoms references;         /* own names that hold ${ */
	struct map override_vars; /* set: a write to one of these makes the overrides unknown */
	struct map exported;             /* set */
	struct map *renamed;             /* BB_RENAMED_VARIABLES: atom → new name or reason */
	struct history *history;         /* NULL: not kept */
	const struct data_inline *hooks;
	void *state;
	const struct frame *frame;
	struct place at;
	struct atoms override;           /* OVERRIDES as a list, in order */
	struct map override_set;
	uint32_t generation, depth;
	bool sealed, overrides_known, overrides_busy;
};

void atoms_add(struct arena *a, struct atoms *list, const struct atom *name);

/* The variable as d sees it; NULL: never heard of. */
const struct var *variable_find(const struct data *d, const struct atom *name);
/* Its slot in d itself, made when there is none. */
struct slot *variable_slot(struct data *d, const struct atom *name);
/* The variable to write to; starts a new generation. */
struct var *variable_own(struct data *d, const struct atom *name);
void variable_push_op(struct data *d, struct var *v, enum name_op kind, struct op op);

/* Tells the bases of A:b:c that it may stand in for them; or that it no longer does. */
void variable_add_links(struct data *d, const struct atom *name);
void variable_drop_links(struct data *d, const struct atom *name);
void variable_forget_links(struct var *v);           /* nothing stands in for v any more */

struct flag *variable_flag(const struct var *v, const struct atom *flag);     /* NULL: none */
struct flag *variable_own_flag(struct data *d, const struct atom *name, const struct atom *flag);
/* Is OVERRIDES made of this variable? */
bool variable_makes_overrides(const struct data *d, const struct atom *name);

#endif
