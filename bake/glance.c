/* Nothing is copied or kept: each answer is read off the variable as it is now. */
#include "glance.h"

#include "variable.h"

bool glance_may_remove(const struct data *d, const struct atom *name) {
	const struct var *v = variable_find(d, name);
	if (v && v->op[NAME_REMOVE].n)
		return true;
	for (uint32_t i = 0; v && i < v->links; i++) {
		const struct var *other = variable_find(d, v->link[i]->name);
		if (other && other->op[NAME_REMOVE].n)
			return true;
	}
	return false;
}

bool glance_next_flag(const struct data *d, const struct atom *name, uint32_t *i,
		const struct atom **flag, struct slice *value) {
	const struct var *v = variable_find(d, name);
	while (v && *i < v->flags) {
		const struct flag *f = &v->flag[(*i)++];
		*value = f->value.p ? f->value : f->weak;
		*flag = f->name;
		if (value->p && f->name->p[0] != '_')
			return true;
	}
	return false;
}

static bool conditional(const struct var *v) {
	for (int kind = 0; kind < NAME_OPS; kind++)
		for (uint32_t i = 0; i < v->op[kind].n; i++)
			if (v->op[kind].v[i].when)
				return true;
	return v->links > 0;
}

/* Only the root outlives a recipe: the stores between (the recipe before its variants) are freed, and
 * their addresses come again. */
const void *glance_shared(const struct data *d, const struct atom *name, bool flags_only) {
	const struct data *root = d->parent;
	while (root && root->parent)
		root = root->parent;
	const struct var *v = root ? variable_find(root, name) : NULL;
	if (v != variable_find(d, name))     /* not `own`: copies of a store share its variables */
		return NULL;
	return v && (flags_only || !conditional(v)) ? v : NULL;
}

/* --- everything --- */

static void add_text(struct buf *out, struct slice text) {
	uint64_t n = text.p ? text.n : UINT64_MAX;
	buf_add(out, (struct slice){ (const char *)&n, sizeof n });
	buf_add(out, text);
}

static void add_number(struct buf *out, uint32_t n) {
	buf_add(out, (struct slice){ (const char *)&n, sizeof n });
}

static void add_var(struct buf *out, const struct atom *name, const struct var *v) {
	add_text(out, atom_slice(name));
	add_text(out, v->value);
	add_text(out, v->weak);
	for (int kind = 0; kind < NAME_OPS; kind++) {
		add_number(out, v->op[kind].n);
		for (uint32_t i = 0; i < v->op[kind].n; i++) {
			const struct op *o = &v->op[kind].v[i];
			add_text(out, o->value);
			add_text(out, o->when ? atom_slice(o->when->text) : SLICE_NONE);
		}
	}
	add_number(out, v->flags);
	for (uint32_t i = 0; i < v->flags; i++) {
		add_text(out, atom_slice(v->flag[i].name));
		add_text(out, v->flag[i].value);
		add_text(out, v->flag[i].weak);
	}
	add_number(out, v->links);
	for (uint32_t i = 0; i < v->links; i++)
		add_text(out, atom_slice(v->link[i]->name));
}

bool glance_asked(const struct data *d, const struct data *root, const struct atom *name) {
	for (; d && d != root; d = d->parent)
		if (map_get(&d->slots, name))
			return true;
	return false;
}

void glance_everything(const struct data *d, const struct map *except, struct buf *out) {
	struct map_entry *e;
	for (; d; d = d->parent)
		for (uint32_t i = 0; (e = map_next(&d->slots, &i));) {
			const struct slot *s = e->value;
			if (s->own && !map_get(except, e->key))
				add_var(out, e->key, s->var);
		}
}
