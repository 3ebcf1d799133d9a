/* One table of functions by atom, one set of the modules their names imply. Filled at start, so
 * there is nothing to lock or free but the table's arena, which lives as long as the process. */
#include "library.h"

#include "map.h"

#include <stdio.h>
#include <string.h>

static struct map functions, modules;

static void prepare(void) {
	if (functions.arena)
		return;
	functions.arena = modules.arena = arena_new();
}

/* "a.b.c" makes "a" and "a.b" modules. */
static void add_modules(const char *name) {
	struct slice text = slice_of(name);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '.')
			map_add(&modules, atom(slice_sub(text, 0, i)));
}

void library_add(const char *name, library_fn *fn) {
	prepare();
	struct library_entry *e = ARENA_NEW(functions.arena, struct library_entry);
	const struct atom *key = atom_of(name);
	*e = (struct library_entry){ key->p, fn };
	map_put(&functions, key, e);
	add_modules(name);
}

void library_add_all(const struct library_entry *table) {
	for (; table->name; table++)
		library_add(table->name, table->fn);
}

library_fn *library_find(const struct atom *name) {
	struct library_entry *e = map_get(&functions, name);
	return e ? e->fn : NULL;
}

bool library_is_module(const struct atom *name) {
	return map_get(&modules, name) != NULL;
}

const struct library_entry *library_next(uint32_t *i) {
	struct map_entry *e = map_next(&functions, i);
	return e ? e->value : NULL;
}

struct slice library_near(struct arena *a, struct slice name) {
	struct slices names = { 0 };
	const struct library_entry *e;
	for (uint32_t i = 0; (e = library_next(&i));)
		slices_add(a, &names, slice_of(e->name));
	return near_hint(a, name, &names);
}

/* --- arguments --- */

_Noreturn void call_fail(const struct call *c, const char *format, ...) {
	char reason[1024];
	va_list ap;
	va_start(ap, format);
	vsnprintf(reason, sizeof reason, format, ap);
	va_end(ap);
	raise_error("%s: %s", c->name->p, reason);
}

void call_count(struct call *c, size_t least, size_t most) {
	if (c->args + c->nameds < least)
		call_fail(c, "needs %zu arguments, has %zu", least, c->args);
	if (c->args > most)
		call_fail(c, "takes %zu arguments, has %zu", most, c->args);
}

struct value call_value(struct call *c, size_t i) {
	return i < c->args ? c->arg[i] : VALUE_NIL;
}

struct slice call_text(struct call *c, size_t i) {
	struct value v = call_value(c, i);
	if (v.kind != VALUE_TEXT)
		call_fail(c, "argument %zu must be a text, not %s", i + 1, value_type(v));
	return v.text;
}

const char *call_path(struct call *c, size_t i) {
	return arena_str(c->arena, call_text(c, i));
}

struct slice call_text_or(struct call *c, size_t i, struct slice fallback) {
	return call_value(c, i).kind == VALUE_NONE ? fallback : call_text(c, i);
}

int64_t call_int(struct call *c, size_t i) {
	struct value v = call_value(c, i);
	if (v.kind == VALUE_BOOL)
		return v.truth;
	if (v.kind == VALUE_FLOAT && v.real > -1e15 && v.real < 1e15)
		return (int64_t)v.real;
	if (v.kind != VALUE_INT)
		call_fail(c, "argument %zu must be an integer, not %s", i + 1, value_type(v));
	return v.integer;
}

int64_t call_int_or(struct call *c, size_t i, int64_t fallback) {
	return call_value(c, i).kind == VALUE_NONE ? fallback : call_int(c, i);
}

bool call_truth_or(struct call *c, size_t i, bool fallback) {
	return i < c->args ? value_truth(c->arg[i]) : fallback;
}

struct data *call_data(struct call *c, size_t i) {
	struct value v = call_value(c, i);
	if (v.kind == VALUE_NONE)
		call_named(c, "d", &v);
	if (v.kind == VALUE_DATA)
		return v.data;
	if (v.kind != VALUE_NONE)
		call_fail(c, "argument %zu must be the store d, not %s", i + 1, value_type(v));
	return c->data;
}

bool call_named(struct call *c, const char *key, struct value *v) {
	for (size_t i = 0; i < c->nameds; i++)
		if (strcmp(c->key[i]->p, key) == 0) {
			*v = c->named[i];
			return true;
		}
	return false;
}

void call_words(struct call *c, size_t i, struct slices *words) {
	struct value v = call_value(c, i);
	if (v.kind == VALUE_NONE)
		return;
	if (v.kind == VALUE_TEXT) {
		slices_words(c->arena, words, v.text);
		return;
	}
	struct value_list *list = value_items(c->arena, v);
	for (size_t k = 0; k < list->n; k++) {
		if (list->v[k].kind != VALUE_TEXT)
			call_fail(c, "argument %zu must hold texts, not %s", i + 1,
					value_type(list->v[k]));
		slices_add(c->arena, words, list->v[k].text);
	}
}

struct value call_apply(struct call *c, struct value function, struct value argument) {
	if (!c->apply)
		call_fail(c, "cannot call a function from here");
	return c->apply(c, function, &argument, 1);
}
