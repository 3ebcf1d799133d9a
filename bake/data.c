/* data: variables in layers of stores, as BitBake's data_smart has them.
 *
 * A store maps a name to a slot. A slot points to the variable, its own or its parent's (copied on the
 * first write), and remembers what reading it gave. Every write, and every change of the active
 * overrides, starts a new generation; answers of older generations do not count.
 *
 * Invariants: a sealed store's variables never change; the arrays of operations are only appended to,
 * so a copy shares them with cap == n; a variable knows (in `link`) every NAME:override that may stand
 * in for it. */
#include "data.h"
#include "map.h"
#include "name.h"
#include "reference.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

struct flag {
	const struct atom *name;
	struct slice value, weak;        /* weak: from ??= */
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
	bool linked;                     /* has had links: renaming treats an empty list as a list */
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
	struct map override_vars;        /* set: a write to one of these makes the overrides unknown */
	struct map exported;             /* set */
	struct map *renamed;             /* BB_RENAMED_VARIABLES: atom → new name or reason */
	struct map *history;             /* atom → struct events *; NULL: not kept */
	const struct data_inline *hooks;
	void *state;
	const struct frame *frame;
	struct place at;
	struct atoms override;           /* OVERRIDES as a list, in order */
	struct map override_set;
	uint32_t generation, depth;
	bool sealed, overrides_known, overrides_busy;
};

struct event {
	struct data_event e;
	struct event *next;
};

struct events {
	struct event *first, **last;
};

enum { OVERRIDE_ROUNDS = 5 };

static struct answer *resolve(struct data *d, struct slot *s, bool expanded);
static struct slice expand(struct data *d, struct slice text, const struct atom *self, struct answer *r);
static void know_overrides(struct data *d);
static void give_references(struct data *d, const struct answer *r, struct data_refs *refs);

/* --- stores --- */

static struct slice file_of(struct place at) {
	return at.file ? atom_slice(at.file) : SLICE_NONE;
}

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

static struct slot *new_slot(struct data *d, const struct atom *name, struct var *var) {
	struct slot *s = ARENA_NEW(d->arena, struct slot);
	*s = (struct slot){ .name = name, .var = var };
	map_put(&d->slots, name, s);
	return s;
}

struct data *data_copy(struct data *d) {
	struct data *c = data_new(d->arena);
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&d->slots, &i));) {
		struct slot *s = e->value;
		s->own = false;
		new_slot(c, s->name, s->var);
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

static void atoms_add(struct arena *a, struct atoms *list, const struct atom *name) {
	if (list->n == list->cap) {
		const struct atom **v = ARENA_ARRAY(a, const struct atom *, list->n * 2 + 4);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = list->n * 2 + 4;
	}
	list->v[list->n++] = name;
}

/* --- finding variables --- */

static struct var *find_above(const struct data *d, const struct atom *name) {
	for (; d; d = d->parent) {
		const struct slot *s = map_get(&d->slots, name);
		if (s)
			return s->var;
	}
	return NULL;
}

/* The variable as d sees it, or NULL. */
static const struct var *find(const struct data *d, const struct atom *name) {
	return find_above(d, name);
}

static struct slot *slot_of(struct data *d, const struct atom *name) {
	struct slot *s = map_get(&d->slots, name);
	return s ? s : new_slot(d, name, find_above(d->parent, name));
}

static bool in_chain(const struct data *d, const struct atom *name, size_t offset) {
	for (; d; d = d->parent)
		if (map_get((const struct map *)((const char *)d + offset), name))
			return true;
	return false;
}

static bool is_override_var(const struct data *d, const struct atom *name) {
	return in_chain(d, name, offsetof(struct data, override_vars));
}

/* --- writing: helpers --- */

static struct slice replace_all(struct data *d, struct slice text, struct slice from, struct slice to) {
	struct buf b = { .arena = d->arena };
	for (size_t at; slice_find(text, from.p, &at); text = slice_sub(text, at + from.n, text.n)) {
		buf_add(&b, slice_sub(text, 0, at));
		buf_add(&b, to);
	}
	buf_add(&b, text);
	return buf_slice(&b);
}

static void *grow(struct arena *a, void *old, uint32_t n, size_t size) {
	char *v = arena_alloc(a, (n * 2 + 2) * size);
	if (n)
		memcpy(v, old, n * size);
	return v;
}

static struct var *copy_var(struct data *d, const struct var *old) {
	struct var *v = ARENA_NEW(d->arena, struct var);
	if (!old)
		return v;
	*v = *old;
	for (int i = 0; i < NAME_OPS; i++)
		v->op[i].cap = v->op[i].n;
	v->links_cap = v->links;
	v->flags_cap = v->flags;
	if (v->flags) {
		v->flag = ARENA_ARRAY(d->arena, struct flag, v->flags);
		memcpy(v->flag, old->flag, v->flags * sizeof *v->flag);
	}
	return v;
}

/* The variable to write to; starts a new generation. */
static struct var *own(struct data *d, const struct atom *name) {
	if (d->sealed)
		broken("write to a sealed store: %s", name->p);
	d->generation++;
	struct slot *s = slot_of(d, name);
	if (!s->own) {
		s->var = copy_var(d, s->var);
		s->own = true;
		if (name_of(name)->reference)
			atoms_add(d->arena, &d->references, name);
	}
	return s->var;
}

static void record(struct data *d, const struct atom *name, const char *op, const struct atom *flag,
		struct slice detail) {
	if (!d->history)
		return;
	struct events *list = map_get(d->history, name);
	if (!list) {
		list = ARENA_NEW(d->arena, struct events);
		list->last = &list->first;
		map_put(d->history, name, list);
	}
	struct event *e = ARENA_NEW(d->arena, struct event);
	e->e = (struct data_event){ op, d->at, flag, arena_str(d->arena, detail) };
	*list->last = e;
	list->last = &e->next;
}

static void add_link(struct data *d, const struct name_link *link) {
	const struct var *old = find(d, link->base);
	for (uint32_t i = 0; old && i < old->links; i++)
		if (old->link[i]->name == link->name && old->link[i]->when == link->when)
			return;
	struct var *v = own(d, link->base);
	if (v->links == v->links_cap) {
		v->link = grow(d->arena, v->link, v->links, sizeof *v->link);
		v->links_cap = v->links * 2 + 2;
	}
	v->link[v->links++] = link;
	v->linked = true;
}

/* Tells the bases of A:b:c that it may stand in for them. */
static void add_links(struct data *d, const struct atom *name) {
	const struct name *n = name_of(name);
	for (size_t i = 0; i < n->links; i++)
		add_link(d, &n->link[i]);
}

static void drop_link(struct data *d, const struct name_link *link) {
	const struct var *old = find(d, link->base);
	if (!old || !old->links)
		return;
	struct var *v = own(d, link->base);
	const struct name_link **kept = ARENA_ARRAY(d->arena, const struct name_link *, v->links);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->links; i++)
		if (v->link[i]->name != link->name || v->link[i]->when != link->when)
			kept[n++] = v->link[i];
	v->link = kept;
	v->links_cap = v->links;
	v->links = n;
}

/* Adds what text names, in references and in inline code. */
static void named_in(struct data *d, const struct atom *self, struct slice text, struct map *vars) {
	struct answer reads = { 0 };
	struct map calls = { .arena = d->arena }, contains = { .arena = d->arena };
	struct data_refs refs = { vars, &calls, &contains, NULL };
	struct map_entry *e;
	expand(d, text, self, &reads);
	give_references(d, &reads, &refs);
	for (uint32_t i = 0; (e = map_next(&contains, &i));)
		map_add(vars, e->key);
}

/* A variable OVERRIDES is made of was written: the overrides have to be computed anew, and whatever
 * its text names counts as such a variable from now on. Of those only what is still unset is followed
 * further: BitBake looks at their expanded values. */
static void overrides_changed(struct data *d, const struct atom *name, struct slice text) {
	struct map vars = { .arena = d->arena };
	struct map_entry *e;
	struct slice value;
	named_in(d, name, text, &vars);
	for (uint32_t i = 0; (e = map_next(&vars, &i));) {
		if (is_override_var(d, e->key))
			continue;
		map_add(&d->override_vars, e->key);
		if (data_get(d, e->key, &value))
			named_in(d, e->key, value, &vars);
	}
	d->overrides_known = false;
	d->generation++;
}

static struct slice renamed_to(const struct data *d, const struct atom *name) {
	static const char *const table[][2] = {
		{ "BB_ENV_WHITELIST", "BB_ENV_PASSTHROUGH" },
		{ "BB_ENV_EXTRAWHITE", "BB_ENV_PASSTHROUGH_ADDITIONS" },
		{ "BB_HASHBASE_WHITELIST", "BB_BASEHASH_IGNORE_VARS" },
		{ "BB_HASHCONFIG_WHITELIST", "BB_HASHCONFIG_IGNORE_VARS" },
		{ "BB_HASHTASK_WHITELIST", "BB_TASKHASH_IGNORE_TASKS" },
		{ "BB_SETSCENE_ENFORCE_WHITELIST", "BB_SETSCENE_ENFORCE_IGNORE_TASKS" },
		{ "MULTI_PROVIDER_WHITELIST", "BB_MULTI_PROVIDER_ALLOWED" },
		{ "BB_STAMP_WHITELIST", "is not supported any more" },
		{ "BB_STAMP_POLICY", "is not supported any more" },
	};
	size_t colon;
	struct slice text = atom_slice(name);
	if (slice_find(text, ":", &colon))
		text = slice_sub(text, 0, colon);
	if (slice_starts(text, "BB_") || slice_starts(text, "MULTI_"))
		for (size_t i = 0; i < sizeof table / sizeof *table; i++)
			if (slice_is(text, table[i][0]))
				return slice_of(table[i][1]);
	const struct atom *base = d->renamed ? atom_find(text) : NULL;
	struct slice *to = base ? map_get(d->renamed, base) : NULL;
	return to ? *to : SLICE_NONE;
}

static void check_renamed(const struct data *d, const struct atom *name) {
	struct slice to = renamed_to(d, name);
	if (to.p && memchr(to.p, ' ', to.n))
		raise_at(file_of(d->at), d->at.line, "%s: " SFMT, name->p, SARG(to));
	if (to.p)
		raise_at(file_of(d->at), d->at.line, "%s: this variable is now called " SFMT
				": use that name", name->p, SARG(to));
}

/* The name with its old-style operations spelt the new way. */
static struct slice new_syntax(struct data *d, const struct atom *name) {
	static const char *const old[] = { "_append", "_prepend", "_remove" };
	struct slice text = atom_slice(name);
	for (size_t i = 0; i < sizeof old / sizeof *old; i++)
		text = replace_all(d, text, slice_of(old[i]),
				arena_printf(d->arena, ":%s", old[i] + 1));
	return text;
}

/* Raises for a name that BitBake refuses to set. */
static void check_name(struct data *d, const struct atom *name) {
	if (name_of(name)->old_syntax)
		raise_at(file_of(d->at), d->at.line, "%s: old override syntax: write " SFMT
				", with a colon before each override", name->p,
				SARG(new_syntax(d, name)));
	check_renamed(d, name);
}

static const char *op_title(struct data *d, const struct name *n) {
	static const char *const title[] = { ":append", ":prepend", ":remove" };
	if (!n->when || !d->history)
		return title[n->op];
	return arena_printf(d->arena, "%s[%s]", title[n->op], n->when->text->p).p;
}

static void push_op(struct data *d, struct var *v, enum name_op kind, struct op op) {
	struct ops *list = &v->op[kind];
	if (list->n == list->cap) {
		list->v = grow(d->arena, list->v, list->n, sizeof *list->v);
		list->cap = list->n * 2 + 2;
	}
	list->v[list->n++] = op;
}

/* BASE:append:when and its kind. */
static void add_op(struct data *d, const struct atom *name, const struct name *n, struct slice value) {
	struct var *v = own(d, n->base);
	push_op(d, v, n->op, (struct op){ value, n->when });
	if (!v->at.file)
		v->at = d->at;
	record(d, n->base, op_title(d, n), NULL, value);
	add_links(d, n->base);
	if (is_override_var(d, n->base))
		overrides_changed(d, name, value);
}

static bool override_active(const struct data *d, const struct override *o) {
	for (size_t i = 0; i < o->parts; i++)
		if (!map_get(&d->override_set, o->part[i]))
			return false;
	return true;
}

static void forget_links(struct var *v) {
	v->link = NULL;
	v->links = v->links_cap = 0;
	v->linked = false;
}

/* d.setVar forgets operations, and the variables whose override is active. */
static void forget(struct data *d, const struct atom *name) {
	struct var *v = own(d, name);
	memset(v->op, 0, sizeof v->op);
	if (!v->links)
		return;
	know_overrides(d);
	const struct name_link **link = v->link;
	uint32_t n = v->links;
	for (uint32_t i = 0; i < n; i++)
		if (override_active(d, link[i]->when))
			data_del(d, link[i]->name);
	forget_links(v);
}

/* --- writing --- */

void data_assign(struct data *d, const struct atom *name, struct slice value) {
	const struct name *n = name_of(name);
	check_name(d, name);
	if (n->op != NAME_PLAIN) {
		add_op(d, name, n, value);
		return;
	}
	struct var *v = own(d, name);
	add_links(d, name);
	v->value = value;
	v->at = d->at;
	record(d, name, "set", NULL, value);
	if (is_override_var(d, name))
		overrides_changed(d, name, value);
}

void data_set(struct data *d, const struct atom *name, struct slice value) {
	check_name(d, name);
	if (name_of(name)->op == NAME_PLAIN)
		forget(d, name);
	data_assign(d, name, arena_dup(d->arena, value));
}

void data_unset(struct data *d, const struct atom *name) {
	forget(d, name);
	struct var *v = own(d, name);
	v->value = v->weak = SLICE_NONE;
	record(d, name, "unset", NULL, SLICE(""));
}

void data_set_default(struct data *d, const struct atom *name, struct slice value) {
	check_renamed(d, name);
	struct var *v = own(d, name);
	v->weak = value;
	if (!v->value.p)
		v->at = d->at;
	record(d, name, "set??", NULL, value);
	add_links(d, name);      /* the spelling decides: A:append ??= "x" makes "append" an override of A */
	if (is_override_var(d, name))
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
	if (!find(d, name)) {
		d->generation++;
		return;
	}
	struct var *v = own(d, name);
	*v = (struct var){ .at = d->at };
	const struct name *n = name_of(name);
	for (size_t i = 0; i < n->links; i++)
		drop_link(d, &n->link[i]);
}

static struct flag *find_flag(const struct var *v, const struct atom *flag) {
	for (uint32_t i = 0; v && i < v->flags; i++)
		if (v->flag[i].name == flag)
			return &v->flag[i];
	return NULL;
}

static struct flag *own_flag(struct data *d, const struct atom *name, const struct atom *flag) {
	struct var *v = own(d, name);
	struct flag *f = find_flag(v, flag);
	if (!v->at.file)
		v->at = d->at;
	if (f)
		return f;
	if (v->flags == v->flags_cap) {
		v->flag = grow(d->arena, v->flag, v->flags, sizeof *v->flag);
		v->flags_cap = v->flags * 2 + 2;
	}
	f = &v->flag[v->flags++];
	*f = (struct flag){ .name = flag };
	return f;
}

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
		map_put(renamed, flag, memcpy(ARENA_NEW(d->arena, struct slice), value, sizeof *value));
		d->renamed = renamed;
	}
}

void data_set_flag(struct data *d, const struct atom *name, const struct atom *flag, struct slice value) {
	check_renamed(d, name);
	struct flag *f = own_flag(d, name, flag);
	f->value = arena_dup(d->arena, value);
	record(d, name, "set", flag, value);
	note_special_flag(d, name, flag, &f->value);
}

void data_set_flag_default(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice value) {
	own_flag(d, name, flag)->weak = arena_dup(d->arena, value);
	record(d, name, "set??", flag, value);
}

void data_del_flag(struct data *d, const struct atom *name, const struct atom *flag) {
	const struct flag *old = find_flag(find(d, name), flag);
	d->generation++;
	if (!old || !old->value.p)
		return;
	struct var *v = own(d, name);
	struct flag *f = find_flag(v, flag);
	memmove(f, f + 1, (size_t)(v->flag + v->flags - (f + 1)) * sizeof *f);
	v->flags--;
	record(d, name, "del flag", flag, SLICE(""));
}

/* name with every `from` in it replaced. */
static const struct atom *replace_in_name(struct data *d, const struct atom *name,
		const struct atom *from, const struct atom *to) {
	struct buf b = { .arena = d->arena };
	struct slice rest = atom_slice(name);
	for (size_t at; slice_find(rest, from->p, &at); rest = slice_sub(rest, at + from->n, rest.n)) {
		buf_add(&b, slice_sub(rest, 0, at));
		buf_add(&b, atom_slice(to));
	}
	buf_add(&b, rest);
	return atom(buf_slice(&b));
}

/* Only the value, the operations and the override variables move; plain flags stay behind and are
 * deleted, as in BitBake. */
void data_rename(struct data *d, const struct atom *from, const struct atom *to) {
	const struct var *found = find(d, from);
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
			push_op(d, own(d, to), (enum name_op)kind, old.op[kind].v[i]);
	if (old.linked)
		forget_links(own(d, to));
	for (uint32_t i = 0; i < old.links; i++) {
		const struct atom *moved = replace_in_name(d, old.link[i]->name, from, to);
		data_rename(d, old.link[i]->name, moved);
		add_links(d, moved);
	}
	if (!value.p)
		add_links(d, to);
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
			data_set(d, keys[i], replace_all(d, text, ref, value));
	}
}

/* --- active overrides --- */

static bool same_atoms(const struct atoms *a, const struct atoms *b) {
	return a->n == b->n && (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof *a->v) == 0);
}

static struct atoms split_overrides(struct data *d) {
	struct atoms list = { 0 };
	struct slice rest = data_text(d, "OVERRIDES"), one;
	while (slice_field(&rest, ':', &one))
		atoms_add(d->arena, &list, atom(one));
	return list;
}

static void use_overrides(struct data *d, struct atoms list) {
	d->override = list;
	d->override_set = (struct map){ .arena = d->arena };
	for (uint32_t i = 0; i < list.n; i++)
		map_add(&d->override_set, list.v[i]);
	d->generation++;
}

/* Overrides may depend on variables that have overrides: compute from none until nothing changes. */
static void settle_overrides(struct data *d) {
	use_overrides(d, (struct atoms){ 0 });
	struct atoms now = split_overrides(d), next;
	for (int round = 0; round < OVERRIDE_ROUNDS; round++) {
		use_overrides(d, now);
		next = split_overrides(d);
		if (same_atoms(&now, &next))
			return;
		now = next;
	}
	struct place at = data_where(d, atom_of("OVERRIDES"));
	raise_at(file_of(at), at.line,
			"OVERRIDES: does not settle after %d rounds: it depends on variables whose overrides "
			"depend on OVERRIDES", OVERRIDE_ROUNDS);
}

static void know_overrides(struct data *d) {
	if (d->overrides_known || d->overrides_busy)
		return;
	struct trap trap;
	d->overrides_busy = true;
	d->depth++;
	if (TRAP(&trap)) {
		settle_overrides(d);
		trap_end(&trap);
		d->depth--;
		d->overrides_busy = false;
		d->overrides_known = true;
	} else {
		d->depth--;
		d->overrides_busy = false;
		raise_again(&trap.error);
	}
}

/* --- reading: which variable stands in, and operations --- */

struct candidate {
	struct slice key;                /* what is left of its override */
	const struct atom *name;
};

/* Does key end in ":o"? Then *left is key without every ":o" in it. */
static bool strip_override(struct data *d, struct slice key, const struct atom *o, struct slice *left) {
	if (!slice_ends(key, o->p) || key.n <= o->n || key.p[key.n - o->n - 1] != ':')
		return false;
	*left = replace_all(d, key, arena_printf(d->arena, ":%s", o->p), SLICE(""));
	return true;
}

/* BitBake's way to choose: overrides are gone through in order, again and again; a candidate whose
 * last part is the override at hand loses that part, one that is the override wins (for now) and
 * leaves. So the last win counts. */
static const struct atom *choose(struct data *d, struct candidate *c, size_t n) {
	const struct atom *best = NULL;
	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t o = 0; o < d->override.n; o++) {
			for (size_t i = 0; i < n; i++) {
				struct slice left;
				if (!c[i].name)
					continue;
				if (slice_eq(c[i].key, atom_slice(d->override.v[o]))) {
					best = c[i].name;
					c[i].name = NULL;
				} else if (strip_override(d, c[i].key, d->override.v[o], &left)) {
					for (size_t k = 0; k < n; k++)
						if (k != i && c[k].name && slice_eq(c[k].key, left))
							c[k].name = NULL;
					c[i].key = left;
					changed = true;
				}
			}
		}
	}
	return best;
}

/* The active NAME:override that gives the value of a variable, or NULL. */
static const struct atom *stand_in(struct data *d, const struct var *v) {
	size_t n = 0;
	const struct name_link *only = NULL;
	for (uint32_t i = 0; i < v->links; i++)
		if (override_active(d, v->link[i]->when)) {
			only = v->link[i];
			n++;
		}
	if (n == 0)
		return NULL;
	if (n == 1 && only->when->parts == 1)
		return only->name;
	struct candidate *c = ARENA_ARRAY(d->arena, struct candidate, n);
	n = 0;
	for (uint32_t i = 0; i < v->links; i++)
		if (override_active(d, v->link[i]->when))
			c[n++] = (struct candidate){ atom_slice(v->link[i]->when->text), v->link[i]->name };
	return choose(d, c, n);
}

static bool op_active(const struct data *d, const struct op *op) {
	return !op->when || override_active(d, op->when);
}

static bool has_condition(const struct var *v) {
	for (int kind = 0; kind < NAME_OPS; kind++)
		for (uint32_t i = 0; i < v->op[kind].n; i++)
			if (v->op[kind].v[i].when)
				return true;
	return v->links > 0;
}

static struct slice apply_ops(struct data *d, const struct var *v, struct slice value) {
	struct buf b = { .arena = d->arena };
	bool any = false;
	const struct ops *before = &v->op[NAME_PREPEND], *after = &v->op[NAME_APPEND];
	for (uint32_t i = before->n; i-- > 0;)
		if (op_active(d, &before->v[i])) {
			buf_add(&b, before->v[i].value);
			any = true;
		}
	buf_add(&b, value);
	for (uint32_t i = 0; i < after->n; i++)
		if (op_active(d, &after->v[i])) {
			buf_add(&b, after->v[i].value);
			any = true;
		}
	return any ? buf_slice(&b) : value;
}

/* raw of the answer; *removes receives what the stand-in's :remove took out. To know that, the
 * stand-in is expanded, and may fail, even when only the unexpanded text is asked for. */
static struct slice read_raw(struct data *d, const struct var *v, struct slices *removes) {
	struct slice value = SLICE_NONE;
	const struct atom *other = v->links ? stand_in(d, v) : NULL;
	if (other) {
		struct answer *a = resolve(d, slot_of(d, other), true);
		value = a->raw;
		for (size_t i = 0; i < a->removes.n; i++)
			slices_add(d->arena, removes, a->removes.v[i]);
	}
	if (!value.p)
		value = v->value.p ? v->value : v->weak;
	if (v->op[NAME_APPEND].n || v->op[NAME_PREPEND].n)
		value = apply_ops(d, v, value);
	return value;
}

/* --- reading: :remove --- */

static bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Marks which of the word lists hold word. */
static bool taken(const struct slices *words, size_t lists, struct slice word, bool *used) {
	bool hit = false;
	for (size_t i = 0; i < lists; i++)
		if (slices_has(&words[i], word))
			hit = used[i] = true;
	return hit;
}

/* text without the words of the removes; blanks stay. r->removes receives those that hit. */
static struct slice remove_words(struct data *d, struct slice text, const struct slices *removes,
		struct answer *r) {
	struct slices *words = ARENA_ARRAY(d->arena, struct slices, removes->n);
	bool *used = ARENA_ARRAY(d->arena, bool, removes->n);
	struct buf b = { .arena = d->arena };
	for (size_t i = 0; i < removes->n; i++)
		slices_words(d->arena, &words[i], expand(d, removes->v[i], NULL, NULL));
	for (size_t i = 0, end; i < text.n; i = end) {
		end = i + 1;
		if (!is_space(text.p[i]))
			while (end < text.n && !is_space(text.p[end]))
				end++;
		struct slice part = slice_sub(text, i, end);
		if (!taken(words, removes->n, part, used))
			buf_add(&b, part);
	}
	for (size_t i = 0; i < removes->n; i++)
		if (used[i])
			slices_add(d->arena, &r->removes, removes->v[i]);
	return buf_slice(&b);
}

static struct slice apply_removes(struct data *d, const struct var *v, struct slice value,
		struct slices *removes, struct answer *r) {
	const struct ops *own_removes = &v->op[NAME_REMOVE];
	for (uint32_t i = 0; i < own_removes->n; i++)
		if (op_active(d, &own_removes->v[i]) && !slices_has(removes, own_removes->v[i].value))
			slices_add(d->arena, removes, own_removes->v[i].value);
	return removes->n && value.n ? remove_words(d, value, removes, r) : value;
}

/* --- reading: expansion --- */

static _Noreturn void raise_recursion(struct data *d, const struct slot *again) {
	struct buf b = { .arena = d->arena };
	struct slices chain = { 0 };
	for (const struct frame *f = d->frame; f; f = f->outer) {
		slices_add(d->arena, &chain, atom_slice(f->slot->name));
		if (f->slot == again)
			break;
	}
	for (size_t i = chain.n; i-- > 0;)
		buf_addf(&b, SFMT " -> ", SARG(chain.v[i]));
	const struct place *at = &again->var->at;
	raise_at(file_of(*at), at->line,
			"%s: refers to itself: %s%s: use := or another name in one of them", again->name->p,
			b.p ? b.p : "", again->name->p);
}

/* A fault without a place gets that of the variable whose expansion failed. */
static _Noreturn void blame(const struct slot *s, const struct fault *f) {
	const struct place *at = s->var ? &s->var->at : NULL;
	if (f->file.p || !at || !at->file)
		raise_again(f);
	raise_at(atom_slice(at->file), at->line, "%s: " SFMT, s->name->p, SARG(f->message));
}

/* Expands and takes words out; *r holds the raw text and receives the rest. */
static void expand_answer(struct data *d, struct slot *s, struct slices *removes, struct answer *r) {
	if (s->busy == d->depth)
		raise_recursion(d, s);
	struct frame frame = { s, d->frame };
	uint32_t outer_busy = s->busy;
	struct trap trap;
	s->busy = d->depth;
	d->frame = &frame;
	if (TRAP(&trap)) {
		r->value = expand(d, r->raw, s->name, r);
		r->value = apply_removes(d, s->var, r->value, removes, r);
		trap_end(&trap);
		d->frame = frame.outer;
		s->busy = outer_busy;
		return;
	}
	d->frame = frame.outer;
	s->busy = outer_busy;
	blame(s, &trap.error);
}

/* Makes the answer of a slot whose variable exists. */
static void make_answer(struct data *d, struct slot *s, bool expanded) {
	struct answer r = { .expanded = expanded };
	struct slices removes = { 0 };
	const struct var *v = s->var;
	if (has_condition(v))
		know_overrides(d);
	r.raw = r.value = read_raw(d, v, &removes);
	if (expanded && r.raw.p && (removes.n || v->op[NAME_REMOVE].n || slice_find(r.raw, "${", NULL)))
		expand_answer(d, s, &removes, &r);
	s->answer = r;
	s->generation = d->generation;
}

static struct answer *resolve(struct data *d, struct slot *s, bool expanded) {
	if (s->generation != d->generation || (expanded && !s->answer.expanded)) {
		if (s->var)
			make_answer(d, s, expanded);
		else
			s->answer = (struct answer){ .expanded = true };
		s->generation = d->generation;
	}
	return &s->answer;
}

static struct slice substitute_names(struct data *d, struct slice text, const struct atom *self,
		struct answer *r) {
	struct reference ref;
	if (!reference_name(text, 0, &ref))
		return text;
	struct buf b = { .arena = d->arena };
	size_t done = 0;
	do {
		const struct atom *name = atom(ref.inner);
		struct slice value;
		if (name == self)
			raise_error("refers to itself: use := or another name");
		if (r)
			atoms_add(d->arena, &r->names, name);
		if (data_get(d, name, &value)) {
			if (ref.from == 0 && ref.to == text.n)
				return value;
			buf_add(&b, slice_sub(text, done, ref.from));
			buf_add(&b, value);
		} else {
			buf_add(&b, slice_sub(text, done, ref.to));
		}
		done = ref.to;
	} while (reference_name(text, done, &ref));
	buf_add(&b, slice_sub(text, done, text.n));
	return buf_slice(&b);
}

static struct slice evaluate(struct data *d, struct slice code, struct answer *r) {
	if (!d->hooks)
		raise_error("${@" SFMT "}: inline code cannot be evaluated here", SARG(code));
	if (r)
		slices_add(d->arena, &r->codes, code);
	return d->hooks->eval(d, code);
}

/* Code that still holds a reference waits for it; code that ends inside a literal was cut at a brace
 * of that literal and, with all that stands beside it, stays text. */
static struct slice substitute_code(struct data *d, struct slice text, struct answer *r) {
	struct reference ref, inner;
	if (!reference_code(text, 0, &ref))
		return text;
	struct buf b = { .arena = d->arena };
	size_t done = 0;
	do {
		buf_add(&b, slice_sub(text, done, ref.from));
		done = ref.to;
		if (reference_name(ref.inner, 0, &inner))
			buf_add(&b, slice_sub(text, ref.from, ref.to));
		else if (reference_unterminated(ref.inner))
			return text;
		else
			buf_add(&b, evaluate(d, ref.inner, r));
	} while (reference_code(text, done, &ref));
	buf_add(&b, slice_sub(text, done, text.n));
	return buf_slice(&b);
}

/* Replaces references until nothing changes: what comes out of one may make up another. */
static struct slice expand(struct data *d, struct slice text, const struct atom *self, struct answer *r) {
	for (struct slice old = SLICE_NONE; slice_find(text, "${", NULL);) {
		old = text;
		text = substitute_code(d, substitute_names(d, text, self, r), r);
		if (slice_eq(old, text))
			break;
	}
	return text;
}

/* --- reading --- */

bool data_get(struct data *d, const struct atom *name, struct slice *value) {
	*value = resolve(d, slot_of(d, name), true)->value;
	return value->p != NULL;
}

bool data_get_raw(struct data *d, const struct atom *name, struct slice *value) {
	*value = resolve(d, slot_of(d, name), false)->raw;
	return value->p != NULL;
}

bool data_get_own(struct data *d, const struct atom *name, bool weak, struct slice *value) {
	const struct var *v = find(d, name);
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

bool data_get_flag_own(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice *value) {
	const struct flag *f = find_flag(find(d, name), flag);
	*value = f ? f->value : SLICE_NONE;
	return value->p != NULL;
}

/* A flag's text is not a variable: what fails in it is blamed on the variable it belongs to. */
static struct slice expand_flag(struct data *d, const struct atom *name, const struct atom *flag,
		struct slice text) {
	struct trap trap;
	if (TRAP(&trap)) {
		struct slice value = expand(d, text, NULL, NULL);
		trap_end(&trap);
		return value;
	}
	struct place at = data_where(d, name);
	if (trap.error.file.p)
		raise_again(&trap.error);
	raise_at(file_of(at), at.line, "%s[%s]: " SFMT, name->p, flag->p, SARG(trap.error.message));
}

bool data_get_flag(struct data *d, const struct atom *name, const struct atom *flag, bool expanded,
		struct slice *value) {
	const struct flag *f = find_flag(find(d, name), flag);
	*value = f ? (f->value.p ? f->value : f->weak) : SLICE_NONE;
	if (expanded && value->p && slice_find(*value, "${", NULL))
		*value = expand_flag(d, name, flag, *value);
	return value->p != NULL;
}

void data_flags(struct data *d, const struct atom *name, struct map *flags) {
	const struct var *v = find(d, name);
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
		if (override_active(d, v->link[i]->when))
			return true;
	return false;
}

const struct atom **data_keys(struct data *d, struct arena *a, size_t *count) {
	struct map names = { .arena = a };
	struct map_entry *e;
	know_overrides(d);
	for (const struct data *s = d; s; s = s->parent)
		for (uint32_t i = 0; (e = map_next(&s->slots, &i));) {
			const struct var *v = find(d, e->key);
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
		text = expand(d, text, NULL, NULL);
		trap_end(&trap);
		return text;
	}
	if (trap.error.file.p || !d->at.file)
		raise_again(&trap.error);
	raise_at(atom_slice(d->at.file), d->at.line, SFMT, SARG(trap.error.message));
}

struct place data_where(struct data *d, const struct atom *name) {
	const struct var *v = find(d, name);
	return v ? v->at : (struct place){ NULL, 0 };
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
	know_overrides(d);
	for (const struct data *s = d; s; s = s->parent)
		for (uint32_t i = 0; i < s->references.n; i++)
			map_add(&names, s->references.v[i]);
	*list = ARENA_ARRAY(d->arena, struct renaming, map_count(&names) + 1);
	for (uint32_t i = 0; (e = map_next(&names, &i));) {
		const struct var *v = find(d, e->key);
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

/* --- references --- */

static void give_references(struct data *d, const struct answer *r, struct data_refs *refs) {
	for (uint32_t i = 0; i < r->names.n; i++)
		map_add(refs->vars, r->names.v[i]);
	for (size_t i = 0; i < r->codes.n && d->hooks; i++)
		d->hooks->refs(d, r->codes.v[i], refs);
	for (size_t i = 0; refs->removes && i < r->removes.n; i++)
		if (!slices_has(refs->removes, r->removes.v[i]))
			slices_add(d->arena, refs->removes, r->removes.v[i]);
}

void data_references(struct data *d, const struct atom *name, struct data_refs *refs) {
	give_references(d, resolve(d, slot_of(d, name), true), refs);
}

void data_text_references(struct data *d, struct slice text, struct data_refs *refs) {
	struct answer r = { 0 };
	expand(d, text, NULL, &r);
	give_references(d, &r, refs);
}

/* --- history --- */

void data_keep_history(struct data *d, bool on) {
	d->history = on ? ARENA_NEW(d->arena, struct map) : NULL;
	if (on)
		d->history->arena = d->arena;
}

static size_t add_history(const struct data *d, const struct atom *name, struct data_event *out) {
	size_t n = d->parent ? add_history(d->parent, name, out) : 0;
	const struct events *list = d->history ? map_get(d->history, name) : NULL;
	for (const struct event *e = list ? list->first : NULL; e; e = e->next, n++)
		if (out)
			out[n] = e->e;
	return n;
}

struct data_event *data_history(const struct data *d, const struct atom *name, struct arena *a,
		size_t *count) {
	*count = add_history(d, name, NULL);
	struct data_event *list = ARENA_ARRAY(a, struct data_event, *count + 1);
	add_history(d, name, list);
	return list;
}
