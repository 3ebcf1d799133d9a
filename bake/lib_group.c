/* Methods of lists, tuples, sets and dicts: argument 0 is the object itself. */
#include "lib.h"

#include "arith.h"
#include "expr.h"
#include "library.h"

#include <string.h>

static struct value_list *own_list(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind != VALUE_LIST && v.kind != VALUE_TUPLE && v.kind != VALUE_SET)
		call_fail(c, "needs a list, not %s", value_type(v));
	return v.list;
}

static struct value_dict *own_dict(struct call *c) {
	struct value v = call_value(c, 0);
	if (v.kind != VALUE_DICT)
		call_fail(c, "needs a dict, not %s", value_type(v));
	return v.dict;
}

static struct value index_of(struct call *c) {
	struct value_list *l = own_list(c);
	for (size_t i = 0; i < l->n; i++)
		if (value_equal(l->v[i], call_value(c, 1)))
			return value_int((int64_t)i);
	call_fail(c, SFMT " is not in the list", SARG(value_repr(c->arena, call_value(c, 1))));
}

static struct value count(struct call *c) {
	struct value_list *l = own_list(c);
	int64_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += value_equal(l->v[i], call_value(c, 1));
	return value_int(n);
}

static struct value copy(struct call *c) {
	struct value v = call_value(c, 0), made = value_new(c->arena, v.kind);
	struct value_list *l = own_list(c);
	for (size_t i = 0; i < l->n; i++)
		value_push(c->arena, &made, l->v[i]);
	return made;
}

static struct value append(struct call *c) {
	struct value self = call_value(c, 0);
	own_list(c);
	value_push(c->arena, &self, call_value(c, 1));
	return VALUE_NIL;
}

static struct value extend(struct call *c) {
	struct value self = call_value(c, 0);
	own_list(c);
	struct value_list *more = value_items(c->arena, call_value(c, 1));
	for (size_t i = 0, n = more->n; i < n; i++)
		value_push(c->arena, &self, more->v[i]);
	return VALUE_NIL;
}

/* --- dicts --- */

static struct value get(struct call *c) {
	struct value self = call_value(c, 0), item;
	own_dict(c);
	return value_lookup(&self, call_value(c, 1), &item) ? item : call_value(c, 2);
}

static struct value keys(struct call *c) {
	own_dict(c);
	return (struct value){ .kind = VALUE_LIST,
		.list = value_items(c->arena, call_value(c, 0)) };
}

static struct value values(struct call *c) {
	struct value_dict *d = own_dict(c);
	struct value list = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < d->n; i++)
		value_push(c->arena, &list, d->value[i]);
	return list;
}

static struct value items(struct call *c) {
	struct value_dict *d = own_dict(c);
	struct value list = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < d->n; i++) {
		struct value pair = value_new(c->arena, VALUE_TUPLE);
		value_push(c->arena, &pair, d->key[i]);
		value_push(c->arena, &pair, d->value[i]);
		value_push(c->arena, &list, pair);
	}
	return list;
}

/* --- sets --- */

static struct value as_set(struct call *c, struct value v) {
	struct value set = value_new(c->arena, VALUE_SET);
	struct value_list *l = value_items(c->arena, v);
	for (size_t i = 0; i < l->n; i++)
		value_push(c->arena, &set, l->v[i]);
	return set;
}

/* The set itself op every argument. */
static struct value combined(struct call *c, int op) {
	struct value set = as_set(c, call_value(c, 0));
	for (size_t i = 1; i < c->args; i++)
		set = arith_binary(c->arena, op, set, as_set(c, c->arg[i]));
	return set;
}

static struct value set_union(struct call *c) {
	return combined(c, OP_OR);
}

static struct value intersection(struct call *c) {
	return combined(c, OP_AND);
}

static struct value difference(struct call *c) {
	return combined(c, OP_SUB);
}

static struct value symmetric_difference(struct call *c) {
	return combined(c, OP_XOR);
}

static bool within(struct value inner, struct value outer) {
	for (size_t i = 0; i < inner.list->n; i++)
		if (!value_in(inner.list->v[i], outer))
			return false;
	return true;
}

static struct value issubset(struct call *c) {
	return value_bool(within(as_set(c, call_value(c, 0)), as_set(c, call_value(c, 1))));
}

static struct value issuperset(struct call *c) {
	return value_bool(within(as_set(c, call_value(c, 1)), as_set(c, call_value(c, 0))));
}

static struct value isdisjoint(struct call *c) {
	return value_bool(!value_truth(intersection(c)));
}

static const struct library_entry table[] = {
	{ "list.index", index_of },
	{ "list.count", count },
	{ "list.copy", copy },
	{ "list.append", append },
	{ "list.extend", extend },
	{ "tuple.index", index_of },
	{ "tuple.count", count },
	{ "dict.get", get },
	{ "dict.keys", keys },
	{ "dict.values", values },
	{ "dict.items", items },
	{ "set.union", set_union },
	{ "set.intersection", intersection },
	{ "set.difference", difference },
	{ "set.symmetric_difference", symmetric_difference },
	{ "set.issubset", issubset },
	{ "set.issuperset", issuperset },
	{ "set.isdisjoint", isdisjoint },
	{ "set.copy", copy },
	{ "set.add", append },
	{ NULL, NULL },
};

void lib_group(void) {
	library_add_all(table);
}
