/* value: what an inline expression computes with: Python's values, their truth, order and text. */
#ifndef BAKE_VALUE_H
#define BAKE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct atom;
struct data;
struct expr;
struct value_dict;
struct value_list;

enum value_kind {
	VALUE_NONE, VALUE_BOOL, VALUE_INT, VALUE_FLOAT, VALUE_TEXT,
	VALUE_LIST, VALUE_TUPLE, VALUE_SET, VALUE_DICT,
	VALUE_DATA,              /* the store: `d` */
	VALUE_PATH,              /* a dotted name: a module, or a function to be called */
	VALUE_METHOD,            /* a method bound to its object */
	VALUE_LAMBDA,
};

/* Small and passed by value; what it points to lives in the arena of the evaluation. Lists and
 * dicts are shared, not copied, as in Python. */
struct value {
	enum value_kind kind;
	union {
		bool truth;                      /* BOOL */
		int64_t integer;                 /* INT */
		double real;                     /* FLOAT */
		struct slice text;               /* TEXT: UTF-8 bytes */
		struct value_list *list;         /* LIST, TUPLE, SET (no duplicates) */
		struct value_dict *dict;         /* DICT (insertion order) */
		struct data *data;               /* DATA */
		const struct atom *path;         /* PATH */
		struct value_method *method;     /* METHOD */
		struct value_lambda *lambda;     /* LAMBDA */
	};
};

struct value_list {
	struct value *v;
	size_t n, cap;
};

struct value_dict {
	struct value *key, *value;
	size_t n, cap;
};

struct value_method {
	struct value object;
	const struct atom *name;
};

struct value_lambda {
	const struct expr *code;
	struct value_scope *scope;       /* the local names where it was made */
};

#define VALUE_NIL ((struct value){ .kind = VALUE_NONE })
struct value value_bool(bool truth);
struct value value_int(int64_t integer);
struct value value_real(double real);
struct value value_text(struct slice text);          /* unset text gives None */
struct value value_data(struct data *d);
struct value value_new(struct arena *a, enum value_kind list_tuple_set_or_dict);
/* Appends; a SET drops doubles. */
void value_push(struct arena *a, struct value *list, struct value item);
void value_put(struct arena *a, struct value *dict, struct value key, struct value item);
bool value_lookup(const struct value *dict, struct value key, struct value *item);
struct value value_words(struct arena *a, const struct slices *words);       /* a list of texts */

bool value_truth(struct value v);
bool value_equal(struct value a, struct value b);
int value_order(struct value a, struct value b);     /* −1, 0, 1; raises when Python would */
bool value_in(struct value item, struct value container);    /* raises for what holds nothing */
const char *value_type(struct value v);              /* Python's name of its type */
struct slice value_str(struct arena *a, struct value v);     /* str(v) */
struct slice value_repr(struct arena *a, struct value v);    /* repr(v) */
/* The elements of anything that can be iterated (a text gives its characters) as a list. Raises. */
struct value_list *value_items(struct arena *a, struct value v);
struct value value_index(struct arena *a, struct value v, struct value index);       /* v[index] */
/* v[from:to:step]; None where left out. */
struct value value_slice(struct arena *a, struct value v, const struct value bounds[3]);

#endif
