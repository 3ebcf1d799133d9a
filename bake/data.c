/* data: stores in layers and everything that writes to them, as BitBake's data_smart has it.
 *
 * A store maps a name to a slot. A slot points to the variable, its own or its parent's (copied on
 * the first write), and remembers what reading it gave. Every write, and every change of the active
 * overrides, starts a new generation; answers of older generations do not count. */
#include "data.h"
#include "answer.h"
#include "history.h"
#include "map.h"
#include "name.h"
#include "util.h"
#include "variable.h"

#include <stdlib.h>
#include <string.h>

/* --- stores --- */

struct data *data_new(struct arena *a) {
	struct data *d = ARENA_NEW(a, struct data);
	d->arena = a;
	d->slots.arena = d->override_vars.arena = d->exported.arena = d->override_set.arena = a;
	d->generation = d->depth = 1;
	map_add(&d->override_vars, atom_of("OVERRIDES"));
	map_add(&d->override_vars, atom_of("FILE"));
	return d;
}

struct data *data_child(struct arena *a, const struct data *parent) {
	if (!parent->sealed)
		broken("data_child: the parent can still change");
	struct data *d = ARENA_NEW(a, struct data);
	d->arena = a;
	d->slots.arena = d->override_vars.arena = d->exported.arena = d->override_set.arena = a;
	d->generation = d->depth = 1;
	d->parent = parent;
	d->renamed = parent->renamed;
	d->hooks = parent->hooks;
	d->state = parent->state;
	d->at = parent->at;
	data_keep_history(d, parent->history != NULL);
	return d;
}

static void copy_set(struct map *to, const struct map *from) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(from, &i));)
		map_add(to, e->key);
}

struct data *data_copy(struct data *d) {
	struct data *c = data_new(d->arena);
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&d->slots, &i));) {
		struct slot *s = e->value;
		s->own = false;
		variable_slot(c, s->name)->var = s->var;
	}
	c->parent = d->parent;
	c->renamed = d->renamed;
	c->hooks = d->hooks;
	c->state = d->state;
	c->at = d->at;
	c->references = d->references;
	c->references.cap = c->references.n;
	d->references.cap = d->references.n;
	copy_set(&c->override_vars, &d->override_vars);
	copy_set(&c->exported, &d->exported);
	return c;
}

void data_seal(struct data *d) {
	d->sealed = true;
}

struct arena *data_arena(const struct data *d) {
	return d->arena;
}

void *data_state(const struct data *d) {
	return d->state;
}

void data_set_state(struct data *d, void *state) {
	d->state = state;
}

void data_set_inline(struct data *d, const struct data_inline *hooks) {
	d->hooks = hooks;
}

void data_at(struct data *d, struct place at) {
	d->at = at;
}

struct place data_place(const struct data *d) {
	return d->at;
}

/* --- names that are refused --- */

static struct slice renamed_to(const struct data *d, const struct atom *name) {
	const struct name *n = name_of(name);
	if (n->successor)
		return slice_of(n->successor);
	const struct slice *to = d->renamed ? map_get(d->renamed, n->root) : NULL;
	return to ? *to : SLICE_NONE;
}

static void check_renamed(const struct data *d, const struct atom *name) {
	struct slice to = renamed_to(d, name);
	if (to.p && memchr(to.p, ' ', to.n))
		raise_at(place_file(d->at), d->at.line, "%s: " SFMT, name->p, SARG(to));
	if (to.p)
		raise_at(place_file(d->at), d->at.line, "%s: this variable is now called " SFMT
				": use that name", name->p, SARG(to));
}

/* The name with its old-style operations spelt the new way. */
static struct slice new_syntax(struct data *d, const struct atom *name) {
	static const char *const old[] = { "_append", "_prepend", "_remove" };
	struct slice text = atom_slice(name);
	for (size_t i = 0; i < sizeof old / sizeof *old; i++)
		text = text_replace(d->arena, text, slice_of(old[i]),
				arena_printf(d->arena, ":%s", old[i] + 1));
	return text;
}

/* Raises for a name that BitBake refuses to set. */
static void check_name(struct data *d, const struct atom *name) {
	if (name_of(name)->old_syntax)
		raise_at(place_file(d->at), d->at.line, "%s: old override syntax: write " SFMT
				", with a colon before each override", name->p,
				SARG(new_syntax(d, name)));
	check_renamed(d, name);
}

/* --- writing values --- */

static void record(struct data *d, const struct atom *name, const char *op, const struct atom *flag,
		struct slice detail) {
	history_add(d->history, name, (struct data_event){ op, d->at, flag, NULL }, detail);
}

/* Adds what text names, in references and in inline code. */
static void named_in(struct data *d, const struct atom *self, struct slice text, struct map *vars) {
	struct answer reads = { 0 };
	struct map calls = { .arena = d->arena }, contains = { .arena = d->arena };
	struct data_refs refs = { vars, &calls, &contains, NULL };
	struct map_entry *e;
	answer_expand(d, text, self, &reads);
	answer_references(d, &reads, &refs);
	for (uint32_t i = 0; (e = map_next(&contains, &i));)
		map_add(vars, e->key);
}

/* A variable OVERRIDES is made of was written: the overrides have to be computed anew, and whatever
 * its text names counts as such a variable from now on. Of those only what is still unset is
 * followed further: BitBake looks at their expanded values. */
static void overrides_changed(struct data *d, const struct atom *name, struct slice text) {
	struct map vars = { .arena = d->arena };
	struct map_entry *e;
	struct slice value;
	named_in(d, name, text, &vars);
	for (uint32_t i = 0; (e = map_next(&vars, &i));) {
		if (variable_makes_overrides(d, e->key))
			continue;
		map_add(&d->override_vars, e->key);
		if (data_get(d, e->key, &value))
			named_in(d, e->key, value, &vars);
	}
	d->overrides_known = false;
	d->generation++;
}

static const char *op_title(struct data *d, const struct name *n) {
	static const char *const title[] = { ":append", ":prepend", ":remove" };
	if (!n->when || !d->history)
		return title[n->op];
	return arena_printf(d->arena, "%s[%s]", title[n->op], n->when->text->p).p;
}

/* BASE:append:when and its kind. */
static void add_op(struct data *d, const struct atom *name, const struct name *n,
		struct slice value) {
	struct var *v = variable_own(d, n->base);
	variable_push_op(d, v, n->op, (struct op){ value, n->when });
	if (!v->at.file)
		v->at = d->at;
	record(d, n->base, op_title(d, n), NULL, value);
	variable_add_links(d, n->base);
	if (variable_makes_overrides(d, n->base))
		overrides_changed(d, name, value);
}

void data_assign(struct data *d, const struct atom *name, struct slice value) {
	const struct name *n = name_of(name);
	check_name(d, name);
	if (n->op != NAME_PLAIN) {
		add_op(d, name, n, value);
		return;
	}
	struct var *v = variable_own(d, name);
	variable_add_links(d, name);
	v->value = value;
	v->at = d->at;
	record(d, name, "set", NULL, value);
	if (variable_makes_overrides(d, name))
		overrides_changed(d, name, value);
}

/* d.setVar forgets operations, and the variables whose override is active. */
static void forget(struct data *d, const struct atom *name) {
	struct var *v = variable_own(d, name);
	memset(v->op, 0, sizeof v->op);
	if (!v->links)
		return;
	answer_know_overrides(d);
	const struct name_link **link = v->link;
	uint32_t n = v->links;
	for (uint32_t i = 0; i < n; i++)
		if (answer_active(d, link[i]->when))
			data_del(d, link[i]->name);
	variable_forget_links(v);
}

void data_set(struct data *d, const struct atom *name, struct slice value) {
	check_name(d, name);
	if (name_of(name)->op == NAME_PLAIN)
		forget(d, name);
	data_assign(d, name, arena_dup(d->arena, value));
}

void data_unset(struct data *d, const struct atom *name) {
	forget(d, name);
	struct var *v = variable_own(d, name);
	v->value = v->weak = SLICE_NONE;
	record(d, name, "unset", NULL, SLICE(""));
}

void data_set_default(struct data *d, const struct atom *name, struct slice value) {
	check_renamed(d, name);
	struct var *v = variable_own(d, name);
	v->weak = value;
	if (!v->value.p)
		v->at = d->at;
	record(d, name, "set??", NULL, value);
	variable_add_links(d, name); /* the spelling decides: A:append ??= "x" makes "append" an
					override of A */
	if (variable_makes_overrides(d, name))
		overrides_changed(d, name, value);
}

static void add_as(struct data *d, const struct atom *name, const char *op, struct slice value) {
	const struct atom *full = atom(arena_printf(d->arena, "%s%s", name->p, op));
	data_assign(d, full, arena_dup(d->arena, value));
}

void data_append(struct data *d, const struct atom *name, struct slice value) {
	add_as(d, name, ":append", value);
}

void data_prepend(struct data *d, const struct atom *name, struct slice value) {
	add_as(d, name, ":prepend", value);
}

void data_del(struct data *d, const struct atom *name) {
	record(d, name, "del", NULL, SLICE(""));
	if (!variable_find(d, name)) {
		d->generation++;
		return;
	}
	struct var *v = variable_own(d, name);
	*v = (struct var){ .at = d->at };
	variable_drop_links(d, name);
}

/* --- writing flags --- */

static void note_special_flag(struct data *d, const struct atom *name, const struct atom *flag,
		const struct slice *value) {
	if (flag == atom_of("export") || flag == atom_of("unexport")) {
		map_add(&d->exported, name);
	} else if (name == atom_of("BB_RENAMED_VARIABLES")) {
		struct map *renamed = ARENA_NEW(d->arena, struct map);
		struct map_entry *e;
		renamed->arena = d->arena;
		for (uint32_t i = 0; d->renamed && (e = map_next(d->renamed, &i));)
			map_put(renamed, e->key, e->value);
		map_put(renamed, flag,
				memcpy(ARENA_NEW(d->arena, struct slice), value, sizeof *value));
		d->renamed = renamed;
	}
}

void data_set_flag(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice value) {
	check_renamed(d, name);
	struct flag *f = variable_own_flag(d, name, flag);
	f->value = arena_dup(d->arena, value);
	record(d, name, "set", flag, value);
	note_special_flag(d, name, flag, &f->value);
}

void data_set_flag_default(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice value) {
	variable_own_flag(d, name, flag)->weak = arena_dup(d->arena, value);
	record(d, name, "set??", flag, value);
}

void data_del_flag(struct data *d, const struct atom *name, const struct atom *flag) {
	const struct flag *old = variable_flag(variable_find(d, name), flag);
	d->generation++;
	if (!old || !old->value.p)
		return;
	struct var *v = variable_own(d, name);
	struct flag *f = variable_flag(v, flag);
	memmove(f, f + 1, (size_t)(v->flag + v->flags - (f + 1)) * sizeof *f);
	v->flags--;
	record(d, name, "del flag", flag, SLICE(""));
}

/* --- renaming --- */

/* name with every `from` in it replaced. */
static const struct atom *replace_in_name(struct data *d, const struct atom *name,
		const struct atom *from, const struct atom *to) {
	return atom(text_replace(d->arena, atom_slice(name), atom_slice(from), atom_slice(to)));
}

/* Only the value, the operations and the override variables move; plain flags stay behind and are
 * deleted, as in BitBake. */
void data_rename(struct data *d, const struct atom *from, const struct atom *to) {
	const struct var *found = variable_find(d, from);
	if (from == to || !found)
		return;
	struct var old = *found;
	struct slice value = old.value.p ? old.value : old.weak;
	if (!value.p && !old.linked && !old.op[0].n && !old.op[1].n && !old.op[2].n)
		return;
	if (value.p)
		data_assign(d, to, value);
	for (int kind = 0; kind < NAME_OPS; kind++)
		for (uint32_t i = 0; i < old.op[kind].n; i++)
			variable_push_op(d, variable_own(d, to), (enum name_op)kind,
					old.op[kind].v[i]);
	if (old.linked)
		variable_forget_links(variable_own(d, to));
	for (uint32_t i = 0; i < old.links; i++) {
		const struct atom *moved = replace_in_name(d, old.link[i]->name, from, to);
		data_rename(d, old.link[i]->name, moved);
		variable_add_links(d, moved);
	}
	if (!value.p)
		variable_add_links(d, to);
	data_del(d, from);
}

void data_inline_variable(struct data *d, const struct atom *name) {
	struct slice value, text, ref = arena_printf(d->arena, "${%s}", name->p);
	size_t count;
	if (!data_get_raw(d, name, &value))
		return;
	const struct atom **keys = map_sorted(&d->slots, d->arena, &count);
	for (size_t i = 0; i < count; i++) {
		struct slot *s = map_get(&d->slots, keys[i]);
		if (s->own && data_get_raw(d, keys[i], &text) && slice_find(text, ref.p, NULL))
			data_set(d, keys[i], text_replace(d->arena, text, ref, value));
	}
}

/* --- reading --- */

bool data_get(struct data *d, const struct atom *name, struct slice *value) {
	*value = answer_of(d, variable_slot(d, name), true)->value;
	return value->p != NULL;
}

bool data_get_raw(struct data *d, const struct atom *name, struct slice *value) {
	*value = answer_of(d, variable_slot(d, name), false)->raw;
	return value->p != NULL;
}

bool data_get_own(struct data *d, const struct atom *name, bool weak, struct slice *value) {
	const struct var *v = variable_find(d, name);
	*value = v ? v->value : SLICE_NONE;
	if (v && !value->p && weak)
		*value = v->weak;
	return value->p != NULL;
}

struct slice data_text(struct data *d, const char *name) {
	struct slice value;
	return data_get(d, atom_of(name), &value) ? value : SLICE("");
}

bool data_is(struct data *d, const char *name, const char *value) {
	return slice_is(slice_trim(data_text(d, name)), value);
}

bool data_true(struct data *d, const char *name) {
	static const char *const yes[] = { "1", "yes", "y", "true", "t" };
	static const char *const no[] = { "0", "no", "n", "false", "f", "" };
	struct slice value = slice_trim(data_text(d, name));
	const char *text = arena_str(data_arena(d), value);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (strcasecmp(text, yes[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (strcasecmp(text, no[i]) == 0)
			return false;
	raise_error("%s: \"" SFMT "\" is neither yes nor no: say \"1\" or \"0\"", name, SARG(value));
}

unsigned data_number(struct data *d, const char *name, unsigned fallback) {
	struct slice text = slice_trim(data_text(d, name));
	uint64_t n;
	if (!text.n)
		return fallback;
	if (!slice_number(text, &n) || n > 1000000000)
		raise_error("%s: \"" SFMT "\" is no number", name, SARG(text));
	return (unsigned)n;
}

bool data_get_flag_own(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice *value) {
	const struct flag *f = variable_flag(variable_find(d, name), flag);
	*value = f ? f->value : SLICE_NONE;
	return value->p != NULL;
}

/* A flag's text is not a variable: what fails in it is blamed on the variable it belongs to. */
static struct slice expand_flag(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice text) {
	struct trap trap;
	if (TRAP(&trap)) {
		struct slice value = answer_expand(d, text, NULL, NULL);
		trap_end(&trap);
		return value;
	}
	struct place at = data_where_flag(d, name, flag);
	if (trap.error.file.p)
		raise_again(&trap.error);
	raise_at(place_file(at), at.line, "%s[%s]: " SFMT, name->p, flag->p,
			SARG(trap.error.message));
}

bool data_get_flag(struct data *d, const struct atom *name, const struct atom *flag, bool expanded,
		struct slice *value) {
	const struct flag *f = variable_flag(variable_find(d, name), flag);
	*value = f ? (f->value.p ? f->value : f->weak) : SLICE_NONE;
	if (expanded && value->p && slice_find(*value, "${", NULL))
		*value = expand_flag(d, name, flag, *value);
	return value->p != NULL;
}

void data_flags(struct data *d, const struct atom *name, struct map *flags) {
	const struct var *v = variable_find(d, name);
	for (uint32_t i = 0; v && i < v->flags; i++) {
		struct flag *f = &v->flag[i];
		struct slice *text = f->value.p ? &f->value : &f->weak;
		if (text->p && f->name->p[0] != '_')
			map_put(flags, f->name, text);
	}
}

/* A name counts when it holds anything, or when an override gives it a value. */
static bool counts(struct data *d, const struct var *v) {
	if (v->value.p || v->weak.p || v->flags || v->op[0].n || v->op[1].n || v->op[2].n)
		return true;
	for (uint32_t i = 0; i < v->links; i++)
		if (answer_active(d, v->link[i]->when))
			return true;
	return false;
}

const struct atom **data_keys(struct data *d, struct arena *a, size_t *count) {
	struct map names = { .arena = a };
	struct map_entry *e;
	answer_know_overrides(d);
	for (const struct data *s = d; s; s = s->parent)
		for (uint32_t i = 0; (e = map_next(&s->slots, &i));) {
			const struct var *v = variable_find(d, e->key);
			if (v && counts(d, v))
				map_add(&names, e->key);
		}
	return map_sorted(&names, a, count);
}

void data_exported(struct data *d, struct map *names) {
	for (const struct data *s = d; s; s = s->parent)
		copy_set(names, &s->exported);
}

/* A fault without a place of its own gets that of the statement at work. */
struct slice data_expand(struct data *d, struct slice text) {
	struct trap trap;
	if (!slice_find(text, "${", NULL))
		return text;
	if (TRAP(&trap)) {
		text = answer_expand(d, text, NULL, NULL);
		trap_end(&trap);
		return text;
	}
	if (trap.error.file.p || !d->at.file)
		raise_again(&trap.error);
	raise_at(atom_slice(d->at.file), d->at.line, SFMT, SARG(trap.error.message));
}

struct place data_where(struct data *d, const struct atom *name) {
	const struct var *v = variable_find(d, name);
	return v ? v->at : (struct place){ NULL, 0 };
}

struct place data_where_flag(struct data *d, const struct atom *name, const struct atom *flag) {
	const struct flag *f = variable_flag(variable_find(d, name), flag);
	return f ? f->at : (struct place){ NULL, 0 };
}

/* --- key expansion --- */

struct renaming {
	const struct atom *from, *to;
};

static int by_from(const void *a, const void *b) {
	return atom_cmp(((const struct renaming *)a)->from, ((const struct renaming *)b)->from);
}

static size_t plan_renames(struct data *d, struct renaming **list) {
	struct map names = { .arena = d->arena };
	struct map_entry *e;
	size_t n = 0;
	answer_know_overrides(d);
	for (const struct data *s = d; s; s = s->parent)
		for (uint32_t i = 0; i < s->references.n; i++)
			map_add(&names, s->references.v[i]);
	*list = ARENA_ARRAY(d->arena, struct renaming, map_count(&names) + 1);
	for (uint32_t i = 0; (e = map_next(&names, &i));) {
		const struct var *v = variable_find(d, e->key);
		if (!v || !counts(d, v))
			continue;
		const struct atom *to = atom(data_expand(d, atom_slice(e->key)));
		if (to != e->key)
			(*list)[n++] = (struct renaming){ e->key, to };
	}
	qsort(*list, n, sizeof **list, by_from);
	return n;
}

size_t data_overrides_key(struct data *d) {
	struct renaming *list;
	size_t n = plan_renames(d, &list);
	for (size_t i = 0; i < n; i++) {
		struct slice old, mine;
		if (data_get_raw(d, list[i].to, &old) && data_get_raw(d, list[i].from, &mine))
			warn("%s (" SFMT ") replaces %s (" SFMT ")", list[i].from->p, SARG(mine),
					list[i].to->p, SARG(old));
		data_rename(d, list[i].from, list[i].to);
	}
	return n;
}

/* --- references and history --- */

void data_references(struct data *d, const struct atom *name, struct data_refs *refs) {
	answer_references(d, answer_of(d, variable_slot(d, name), true), refs);
}

void data_text_references(struct data *d, struct slice text, struct data_refs *refs) {
	struct answer r = { 0 };
	answer_expand(d, text, NULL, &r);
	answer_references(d, &r, refs);
}

void data_keep_history(struct data *d, bool on) {
	d->history = on ? history_new(d->arena) : NULL;
}

static size_t add_history(const struct data *d, const struct atom *name, struct data_event *out) {
	size_t n = d->parent ? add_history(d->parent, name, out) : 0;
	return n + history_list(d->history, name, out ? out + n : NULL);
}

struct data_event *data_history(const struct data *d, const struct atom *name, struct arena *a,
		size_t *count) {
	*count = add_history(d, name, NULL);
	struct data_event *list = ARENA_ARRAY(a, struct data_event, *count + 1);
	add_history(d, name, list);
	return list;
}
