/* variable: finding variables through the layers of stores, copying them on the first write.
 *
 * Invariants: a sealed store's variables never change; the arrays of operations are only appended
 * to, so a copy shares them with cap == n; a variable knows (in `link`) every NAME:override that
 * may stand in for it. */
#include "variable.h"

#include <string.h>

void atoms_add(struct arena *a, struct atoms *list, const struct atom *name) {
	if (list->n == list->cap) {
		const struct atom **v = ARENA_ARRAY(a, const struct atom *, list->n * 2 + 4);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = list->n * 2 + 4;
	}
	list->v[list->n++] = name;
}

/* --- finding --- */

static struct var *find_above(const struct data *d, const struct atom *name) {
	for (; d; d = d->parent) {
		const struct slot *s = map_get(&d->slots, name);
		if (s)
			return s->var;
	}
	return NULL;
}

const struct var *variable_find(const struct data *d, const struct atom *name) {
	return find_above(d, name);
}

struct slot *variable_slot(struct data *d, const struct atom *name) {
	struct slot *s = map_get(&d->slots, name);
	if (s)
		return s;
	s = ARENA_NEW(d->arena, struct slot);
	*s = (struct slot){ .name = name, .var = find_above(d->parent, name) };
	map_put(&d->slots, name, s);
	return s;
}

bool variable_makes_overrides(const struct data *d, const struct atom *name) {
	for (; d; d = d->parent)
		if (map_get(&d->override_vars, name))
			return true;
	return false;
}

/* --- writing --- */

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

struct var *variable_own(struct data *d, const struct atom *name) {
	if (d->sealed)
		broken("write to a sealed store: %s", name->p);
	d->generation++;
	struct slot *s = variable_slot(d, name);
	if (!s->own) {
		s->var = copy_var(d, s->var);
		s->own = true;
		if (name_of(name)->reference)
			atoms_add(d->arena, &d->references, name);
	}
	return s->var;
}

void variable_push_op(struct data *d, struct var *v, enum name_op kind, struct op op) {
	struct ops *list = &v->op[kind];
	if (list->n == list->cap) {
		list->v = grow(d->arena, list->v, list->n, sizeof *list->v);
		list->cap = list->n * 2 + 2;
	}
	list->v[list->n++] = op;
}

/* --- links --- */

static void add_link(struct data *d, const struct name_link *link) {
	const struct var *old = variable_find(d, link->base);
	for (uint32_t i = 0; old && i < old->links; i++)
		if (old->link[i]->name == link->name && old->link[i]->when == link->when)
			return;
	struct var *v = variable_own(d, link->base);
	if (v->links == v->links_cap) {
		v->link = grow(d->arena, v->link, v->links, sizeof *v->link);
		v->links_cap = v->links * 2 + 2;
	}
	v->link[v->links++] = link;
	v->linked = true;
}

void variable_add_links(struct data *d, const struct atom *name) {
	const struct name *n = name_of(name);
	for (size_t i = 0; i < n->links; i++)
		add_link(d, &n->link[i]);
}

static void drop_link(struct data *d, const struct name_link *link) {
	const struct var *old = variable_find(d, link->base);
	if (!old || !old->links)
		return;
	struct var *v = variable_own(d, link->base);
	const struct name_link **kept = ARENA_ARRAY(d->arena, const struct name_link *, v->links);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->links; i++)
		if (v->link[i]->name != link->name || v->link[i]->when != link->when)
			kept[n++] = v->link[i];
	v->link = kept;
	v->links_cap = v->links;
	v->links = n;
}

void variable_drop_links(struct data *d, const struct atom *name) {
	const struct name *n = name_of(name);
	for (size_t i = 0; i < n->links; i++)
		drop_link(d, &n->link[i]);
}

void variable_forget_links(struct var *v) {
	v->link = NULL;
	v->links = v->links_cap = 0;
	v->linked = false;
}

/* --- flags --- */

struct flag *variable_flag(const struct var *v, const struct atom *flag) {
	for (uint32_t i = 0; v && i < v->flags; i++)
		if (v->flag[i].name == flag)
			return &v->flag[i];
	return NULL;
}

struct flag *variable_own_flag(struct data *d, const struct atom *name, const struct atom *flag) {
	struct var *v = variable_own(d, name);
	struct flag *f = variable_flag(v, flag);
	if (!v->at.file)
		v->at = d->at;
	if (f) {
		f->at = d->at;
		return f;
	}
	if (v->flags == v->flags_cap) {
		v->flag = grow(d->arena, v->flag, v->flags, sizeof *v->flag);
		v->flags_cap = v->flags * 2 + 2;
	}
	f = &v->flag[v->flags++];
	*f = (struct flag){ .name = flag, .at = d->at };
	return f;
}
