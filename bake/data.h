/* data: a store of variables: values, overrides, flags, expansion, and what each of them read. */
#ifndef BAKE_DATA_H
#define BAKE_DATA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct atom;
struct data;
struct map;
struct slice;
struct slices;

/* Where an operation stands, for messages and for the history of a variable. */
struct place {
	const struct atom *file; /* NULL: not from a file */
	int line;                /* 1-based */
};

/* --- stores --- */

struct data *data_new(struct arena *a);
/* A store whose unset variables are its parent's. The parent must be sealed; variables are copied
 * on first write, so a child costs what it changes. */
struct data *data_child(struct arena *a, const struct data *parent);
void data_seal(struct data *d);                      /* no write after this; shared by children */
struct arena *data_arena(const struct data *d);
void data_keep_history(struct data *d, bool on);     /* off by default; children inherit it */

/* --- writing; `name` may carry :append, :prepend, :remove and overrides, as in BitBake --- */

void data_set(struct data *d, const struct atom *name, struct slice value);
void data_set_default(struct data *d, const struct atom *name, struct slice value);   /* ??= */
void data_append(struct data *d, const struct atom *name, struct slice value);        /* .= */
void data_prepend(struct data *d, const struct atom *name, struct slice value);       /* =. */
void data_del(struct data *d, const struct atom *name);                               /* and flags */
void data_set_flag(struct data *d, const struct atom *name, const struct atom *flag, struct slice value);
void data_del_flag(struct data *d, const struct atom *name, const struct atom *flag);
void data_rename(struct data *d, const struct atom *from, const struct atom *to);
void data_at(struct data *d, struct place at);       /* where the writes that follow stand */

/* --- reading; false when unset. The text lives as long as the store. --- */

bool data_get(struct data *d, const struct atom *name, struct slice *value);          /* expanded */
bool data_get_raw(struct data *d, const struct atom *name, struct slice *value);      /* unexpanded */
struct slice data_text(struct data *d, const char *name);    /* expanded; empty when unset */
bool data_is(struct data *d, const char *name, const char *value);   /* expanded and trimmed equal */
bool data_get_flag(struct data *d, const struct atom *name, const struct atom *flag, bool expand,
		struct slice *value);
void data_flags(struct data *d, const struct atom *name, struct map *flags); /* flag → struct slice * */
const struct atom **data_keys(struct data *d, struct arena *a, size_t *count);        /* sorted */
/* Expands ${…} in text. Raises for what cannot be expanded (recursion, a failing ${@…}); an unset
 * variable's ${NAME} stays as it is, as in BitBake. */
struct slice data_expand(struct data *d, struct slice text);
bool data_overrides_key(struct data *d);             /* key expansion: renames ${…} in names (finalise) */

/* --- what was read: the variables the value of name refers to (a set of atoms), for hashes.
 * Covers ${X}, ${@…} (through the inline hooks) and text kept apart in :append/:remove. --- */
struct data_refs {
	struct map *vars;        /* set of atoms: variables referred to */
	struct map *calls;       /* set of atoms: functions an inline expression calls */
	struct map *contains;    /* atom → struct slices *: bb.utils.contains(VAR, …): words asked for */
};
void data_references(struct data *d, const struct atom *name, struct data_refs *refs);

/* --- inline code: ${@…} is evaluated by the module that knows how (lua); data only asks --- */
struct data_inline {
	/* Evaluates code for d; the result is a new string in data_arena(d). Raises on failure. */
	struct slice (*eval)(struct data *d, struct slice code);
	/* Adds to refs what the code may read, without running it. */
	void (*refs)(struct data *d, struct slice code, struct data_refs *refs);
};
void data_set_inline(struct data *d, const struct data_inline *hooks);    /* children inherit */

#endif
