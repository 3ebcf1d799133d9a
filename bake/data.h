/* data: a store of variables: values, overrides, flags, expansion, and what each of them read. */
#ifndef BAKE_DATA_H
#define BAKE_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "history.h"     /* struct data_event */
#include "place.h"
#include "reference.h"   /* struct data_refs, data_inline */

struct arena;
struct atom;
struct data;
struct map;
struct slice;
struct slices;

/* --- stores --- */

struct data *data_new(struct arena *a);
/* A store whose unset variables are its parent's. The parent must be sealed; variables are copied
 * on first write, so a child costs what it changes. */
struct data *data_child(struct arena *a, const struct data *parent);
/* A writable copy as the store stands now, in the same arena; the two go their own ways. */
struct data *data_copy(struct data *d);
void data_seal(struct data *d);                      /* no write after this; shared by children */
struct arena *data_arena(const struct data *d);
/* What eval keeps beside the variables (tasks, classes …); a child starts with its parent's. */
void *data_state(const struct data *d);
void data_set_state(struct data *d, void *state);

/* --- writing. `name` may carry :append, :prepend, :remove and overrides, as in BitBake. --- */

/* d.setVar: the value, and away with earlier :append, :prepend, :remove and active overrides. */
void data_set(struct data *d, const struct atom *name, struct slice value);
/* NAME = value in a file: operations and overrides stay. value must live as long as d. */
void data_assign(struct data *d, const struct atom *name, struct slice value);
/* ??=; value must live as long as d. */
void data_set_default(struct data *d, const struct atom *name, struct slice value);
/* d.appendVar and d.prependVar: NAME:append and NAME:prepend. */
void data_append(struct data *d, const struct atom *name, struct slice value);
void data_prepend(struct data *d, const struct atom *name, struct slice value);
void data_unset(struct data *d, const struct atom *name);    /* d.setVar(name, None): flags stay */
void data_del(struct data *d, const struct atom *name);         /* and flags */
void data_set_flag(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice value);
void data_set_flag_default(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice value);                 /* NAME[flag] ??= value */
void data_del_flag(struct data *d, const struct atom *name, const struct atom *flag);
void data_rename(struct data *d, const struct atom *from, const struct atom *to);
/* Replaces the text of ${name} in every value of d itself (not its parent's) by name's value. */
void data_inline_variable(struct data *d, const struct atom *name);
void data_at(struct data *d, struct place at);       /* where the writes that follow stand */
struct place data_place(const struct data *d);       /* … and where they stand now */

/* --- reading; false when unset. The text lives as long as the store. --- */

bool data_get(struct data *d, const struct atom *name, struct slice *value);          /* expanded */
bool data_get_raw(struct data *d, const struct atom *name, struct slice *value); /* unexpanded */
/* What NAME itself holds, without overrides, :append and the like, and without ??= unless weak. */
bool data_get_own(struct data *d, const struct atom *name, bool weak, struct slice *value);
struct slice data_text(struct data *d, const char *name);    /* expanded; empty when unset */
bool data_is(struct data *d, const char *name, const char *value); /* expanded and trimmed equal */
/* 1, yes, true … as bb.utils.to_boolean has it; unset is false. Raises for what is neither. */
bool data_true(struct data *d, const char *name);
/* A number up to 1,000,000,000; fallback when it is empty. Raises for anything else. */
unsigned data_number(struct data *d, const char *name, unsigned fallback);
bool data_get_flag(struct data *d, const struct atom *name, const struct atom *flag, bool expand,
		struct slice *value);
bool data_get_flag_own(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice *value);                /* unexpanded, without ??= */
/* Every flag that is set, unexpanded: atom → struct slice *. */
void data_flags(struct data *d, const struct atom *name, struct map *flags);
const struct atom **data_keys(struct data *d, struct arena *a, size_t *count);        /* sorted */
/* Every variable that ever had an [export] or [unexport] flag: a set of atoms. */
void data_exported(struct data *d, struct map *names);
/* Expands ${…} in text. Raises for what cannot be expanded (recursion, a failing ${@…}); an unset
 * variable's ${NAME} stays as it is, as in BitBake. */
struct slice data_expand(struct data *d, struct slice text);
/* Key expansion: renames every variable whose name holds ${…}. Returns how many were renamed. */
size_t data_overrides_key(struct data *d);
/* Where a variable was set last; .file NULL when unknown. */
struct place data_where(struct data *d, const struct atom *name);
struct place data_where_flag(struct data *d, const struct atom *name, const struct atom *flag);

/* --- history: every write, when asked for --- */

void data_keep_history(struct data *d, bool on);     /* off by default; children inherit it */
/* The writes to name, oldest first, in memory of arena a. */
struct data_event *data_history(const struct data *d, const struct atom *name, struct arena *a,
		size_t *count);

/* --- what was read: what the value of name refers to, for hashes; one level, nothing is followed.
 * Covers ${X}, ${@…} (through the inline hooks) and the parts from :append. --- */
void data_references(struct data *d, const struct atom *name, struct data_refs *refs);
/* The same for a text (a flag, a :remove) that is not a variable. */
void data_text_references(struct data *d, struct slice text, struct data_refs *refs);

/* --- inline code: ${@…} is evaluated by whoever knows how --- */
void data_set_inline(struct data *d, const struct data_inline *hooks);    /* children inherit */

#endif
