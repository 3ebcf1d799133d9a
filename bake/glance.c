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
