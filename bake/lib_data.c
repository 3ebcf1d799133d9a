/* Methods of the store, for `d.getVar("X")` in expressions and d:getVar("X") in Lua: argument 0 is
 * d. */
#include "lib.h"

#include "data.h"
#include "library.h"
#include "map.h"

#include <string.h>

static const struct atom *name_argument(struct call *c, size_t i) {
	struct slice name = call_text(c, i);
	if (!name.n)
		call_fail(c, "argument %zu is an empty name", i + 1);
	return atom(name);
}

/* Python's str() of what is to be stored. */
static struct slice value_argument(struct call *c, size_t i) {
	struct value v = call_value(c, i);
	if (v.kind == VALUE_NONE)
		call_fail(c, "argument %zu, the value, is missing", i + 1);
	return value_str(c->arena, v);
}

static bool wants_expansion(struct call *c, size_t i) {
	struct value v;
	if (i < c->args)
		return value_truth(c->arg[i]);
	return call_named(c, "expand", &v) ? value_truth(v) : true;
}

static struct value get_var(struct call *c) {
	struct data *d = call_data(c, 0);
	const struct atom *name = name_argument(c, 1);
	struct slice value;
	bool set = wants_expansion(c, 2) ? data_get(d, name, &value)
					 : data_get_raw(d, name, &value);
	return set ? value_text(value) : VALUE_NIL;
}

static struct value set_var(struct call *c) {
	struct data *d = call_data(c, 0);
	data_set(d, name_argument(c, 1), arena_dup(data_arena(d), value_argument(c, 2)));
	return VALUE_NIL;
}

static struct value append_var(struct call *c) {
	struct data *d = call_data(c, 0);
	data_append(d, name_argument(c, 1), arena_dup(data_arena(d), value_argument(c, 2)));
	return VALUE_NIL;
}

static struct value prepend_var(struct call *c) {
	struct data *d = call_data(c, 0);
	data_prepend(d, name_argument(c, 1), arena_dup(data_arena(d), value_argument(c, 2)));
	return VALUE_NIL;
}

static struct value del_var(struct call *c) {
	data_del(call_data(c, 0), name_argument(c, 1));
	return VALUE_NIL;
}

static struct value rename_var(struct call *c) {
	data_rename(call_data(c, 0), name_argument(c, 1), name_argument(c, 2));
	return VALUE_NIL;
}

/* --- flags --- */

static struct value get_flag(struct call *c) {
	struct data *d = call_data(c, 0);
	struct slice value;
	bool set = data_get_flag(
			d, name_argument(c, 1), name_argument(c, 2), wants_expansion(c, 3), &value);
	return set ? value_text(value) : VALUE_NIL;
}

static struct value set_flag(struct call *c) {
	struct data *d = call_data(c, 0);
	data_set_flag(d, name_argument(c, 1), name_argument(c, 2),
			arena_dup(data_arena(d), value_argument(c, 3)));
	return VALUE_NIL;
}

/* Sets the flag to before + what it is + after. */
static void extend_flag(struct call *c, struct slice before, struct slice after) {
	struct data *d = call_data(c, 0);
	struct slice value = SLICE("");
	data_get_flag(d, name_argument(c, 1), name_argument(c, 2), false, &value);
	data_set_flag(d, name_argument(c, 1), name_argument(c, 2), arena_printf(data_arena(d),
			SFMT SFMT SFMT, SARG(before), SARG(value), SARG(after)));
}

static struct value append_flag(struct call *c) {
	extend_flag(c, SLICE(""), value_argument(c, 3));
	return VALUE_NIL;
}

static struct value prepend_flag(struct call *c) {
	extend_flag(c, value_argument(c, 3), SLICE(""));
	return VALUE_NIL;
}

static struct value del_flag(struct call *c) {
	data_del_flag(call_data(c, 0), name_argument(c, 1), name_argument(c, 2));
	return VALUE_NIL;
}

static struct value get_flags(struct call *c) {
	struct data *d = call_data(c, 0);
	struct map flags = { .arena = c->arena };
	data_flags(d, name_argument(c, 1), &flags);
	struct value made = value_new(c->arena, VALUE_DICT);
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&flags, &i));)
		value_put(c->arena, &made, value_text(atom_slice(e->key)),
				value_text(*(struct slice *)e->value));
	return map_count(&flags) ? made : VALUE_NIL;
}

static struct value set_flags(struct call *c) {
	struct data *d = call_data(c, 0);
	struct value flags = call_value(c, 2);
	if (flags.kind != VALUE_DICT)
		call_fail(c, "argument 3 must map flags to values");
	for (size_t i = 0; i < flags.dict->n; i++)
		data_set_flag(d, name_argument(c, 1), atom(value_str(c->arena, flags.dict->key[i])),
				arena_dup(data_arena(d),
						value_str(c->arena, flags.dict->value[i])));
	return VALUE_NIL;
}

/* --- the rest --- */

static struct value expand(struct call *c) {
	return value_text(data_expand(call_data(c, 0), arena_dup(c->arena, call_text(c, 1))));
}

static struct value keys(struct call *c) {
	size_t count;
	const struct atom **names = data_keys(call_data(c, 0), c->arena, &count);
	struct value made = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < count; i++)
		value_push(c->arena, &made, value_text(atom_slice(names[i])));
	return made;
}

static struct value create_copy(struct call *c) {
	return value_data(data_copy(call_data(c, 0)));
}

static const struct library_entry table[] = {
	{ "d.getVar", get_var },
	{ "d.setVar", set_var },
	{ "d.appendVar", append_var },
	{ "d.prependVar", prepend_var },
	{ "d.delVar", del_var },
	{ "d.renameVar", rename_var },
	{ "d.getVarFlag", get_flag },
	{ "d.setVarFlag", set_flag },
	{ "d.appendVarFlag", append_flag },
	{ "d.prependVarFlag", prepend_flag },
	{ "d.delVarFlag", del_flag },
	{ "d.getVarFlags", get_flags },
	{ "d.setVarFlags", set_flags },
	{ "d.expand", expand },
	{ "d.keys", keys },
	{ "d.createCopy", create_copy },
	{ NULL, NULL },
};

void lib_data(void) {
	library_add_all(table);
}
