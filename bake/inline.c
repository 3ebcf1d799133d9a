/* A walk over the tree. What bounds hostile text: depth (stack) and steps (time) are counted for
 * one evaluation, lambdas called back from library functions included. A name is, in this order: a
 * local of a comprehension or lambda, `d`, a library function or module, a function of the
 * metadata, a variable of the store (BitBake looks variables up last, too). */
#include "inline.h"

#include "arith.h"
#include "data.h"
#include "expr.h"
#include "format.h"
#include "library.h"
#include "lua.h"
#include "map.h"

#include <stdio.h>
#include <string.h>

enum { DEEPEST = 400, MOST_STEPS = 5000000, FEW_ARGUMENTS = 8 };

/* Local names, innermost first. A loop changes its entry in place, as Python's closures see it. */
struct value_scope {
	const struct atom *name;
	struct value value;
	struct value_scope *outer;
};

struct inline_run {
	struct data *data;
	struct arena *arena;
	unsigned depth;
	unsigned long steps;
};

static struct value eval(struct inline_run *r, const struct expr *e, struct value_scope *scope);

/* --- trees by text --- */

static struct map trees;

static const struct expr *tree_of(struct slice code) {
	if (!trees.arena)
		trees.arena = arena_new();
	const struct atom *text = atom(slice_trim(code));
	struct expr *e = map_get(&trees, text);
	if (!e) {
		e = expr_parse(trees.arena, atom_slice(text));
		map_put(&trees, text, e);
	}
	return e;
}

struct value inline_eval(struct data *d, const struct expr *e) {
	struct inline_run r = { .data = d, .arena = data_arena(d) };
	return eval(&r, e, NULL);
}

/* Failures of the expression itself get its text; those that know a place already are passed on. */
static struct slice eval_code(struct data *d, struct slice code) {
	struct trap trap;
	if (TRAP(&trap)) {
		struct value v = inline_eval(d, tree_of(code));
		struct slice text = value_str(data_arena(d), v);
		trap_end(&trap);
		return text;
	}
	struct slice message = arena_dup(data_arena(d), trap.error.message);
	bool own = slice_starts(message, "expression: ") && !trap.error.file.p;
	if (!own || slice_find(message, code.n ? arena_str(data_arena(d), code) : "", NULL))
		raise_again(&trap.error);
	raise_error(SFMT ": in ${@" SFMT "}", SARG(message), SARG(code));
}

static void refs_of_code(struct data *d, struct slice code, struct data_refs *refs) {
	(void)d;
	inline_refs(tree_of(code), refs);
}

const struct data_inline *inline_hooks(void) {
	static const struct data_inline hooks = { eval_code, refs_of_code };
	return &hooks;
}

/* --- names --- */

static struct value_scope *find_local(struct value_scope *scope, const struct atom *name) {
	while (scope && scope->name != name)
		scope = scope->outer;
	return scope;
}

static const struct atom *known(const char *text) {
	return atom_of(text);
}

static bool is_function(struct data *d, const struct atom *name) {
	static const struct atom *func;
	struct slice value;
	func = func ? func : known("func");
	return data_get_flag(d, name, func, false, &value);
}

/* A dotted name as a value: a constant of the library, or the name itself, to be called. */
static struct value path_value(struct inline_run *r, const struct atom *path) {
	char constant[256];
	if (path->n + 3 < sizeof constant) {
		size_t n = (size_t)(stpcpy(stpcpy(constant, path->p), "()") - constant);
		const struct atom *a = atom_find((struct slice){ constant, n });
		library_fn *fn = a ? library_find(a) : NULL;
		if (fn) {
			struct call c = { .name = a, .arena = r->arena, .data = r->data };
			return fn(&c);
		}
	}
	return (struct value){ .kind = VALUE_PATH, .path = path };
}

static struct value eval_name(
		struct inline_run *r, const struct atom *name, struct value_scope *scope) {
	struct slice text;
	struct value_scope *local = find_local(scope, name);
	if (local)
		return local->value;
	if (name->n == 1 && name->p[0] == 'd')
		return value_data(r->data);
	if (library_find(name) || library_is_module(name) || is_function(r->data, name))
		return path_value(r, name);
	if (data_get(r->data, name, &text))
		return value_text(text);
	raise_error("expression: name '%s' is not defined", name->p);
}

/* --- calls --- */

/* Arguments of one call under construction; few live on the stack. */
struct arguments {
	struct value few[FEW_ARGUMENTS], *v;
	size_t n, cap;
	const struct atom *few_keys[FEW_ARGUMENTS], **key;
	struct value few_named[FEW_ARGUMENTS], *named;
	size_t nameds, named_cap;
};

static void arguments_init(struct arguments *a) {
	a->v = a->few;
	a->key = a->few_keys;
	a->named = a->few_named;
	a->n = a->nameds = 0;
	a->cap = a->named_cap = FEW_ARGUMENTS;
}

static void add_argument(struct inline_run *r, struct arguments *a, struct value v) {
	if (a->n == a->cap) {
		struct value *more = ARENA_ARRAY(r->arena, struct value, a->cap * 2);
		memcpy(more, a->v, a->n * sizeof *more);
		a->v = more;
		a->cap *= 2;
	}
	a->v[a->n++] = v;
}

static void add_named(
		struct inline_run *r, struct arguments *a, const struct atom *key, struct value v) {
	if (a->nameds == a->named_cap) {
		size_t cap = a->named_cap * 2;
		struct value *named = ARENA_ARRAY(r->arena, struct value, cap);
		const struct atom **keys = ARENA_ARRAY(r->arena, const struct atom *, cap);
		memcpy(named, a->named, a->nameds * sizeof *named);
		memcpy(keys, a->key, a->nameds * sizeof *keys);
		a->named = named;
		a->key = keys;
		a->named_cap = cap;
	}
	a->key[a->nameds] = key;
	a->named[a->nameds++] = v;
}

static void add_star(struct inline_run *r, struct arguments *a, struct value v) {
	struct value_list *list = value_items(r->arena, v);
	for (size_t i = 0; i < list->n; i++)
		add_argument(r, a, list->v[i]);
}

static void add_star2(struct inline_run *r, struct arguments *a, struct value v) {
	if (v.kind != VALUE_DICT)
		raise_error("expression: ** needs a dict, not %s", value_type(v));
	for (size_t i = 0; i < v.dict->n; i++)
		add_named(r, a, atom(value_str(r->arena, v.dict->key[i])), v.dict->value[i]);
}

static void eval_arguments(struct inline_run *r, const struct expr *call, struct value_scope *scope,
		struct arguments *a) {
	for (uint32_t i = 1; i < call->kids; i++) {
		const struct expr *e = call->kid[i];
		switch (e->kind) {
		case EXPR_KEYWORD: add_named(r, a, e->name, eval(r, e->kid[0], scope)); break;
		case EXPR_STAR: add_star(r, a, eval(r, e->kid[0], scope)); break;
		case EXPR_STAR2: add_star2(r, a, eval(r, e->kid[0], scope)); break;
		default: add_argument(r, a, eval(r, e, scope));
		}
	}
}

static struct value apply_value(struct inline_run *r, struct value f, struct arguments *a);

static struct value apply(struct call *c, struct value f, const struct value *args, size_t n) {
	struct arguments a;
	arguments_init(&a);
	for (size_t i = 0; i < n; i++)
		add_argument(c->run, &a, args[i]);
	return apply_value(c->run, f, &a);
}

static struct call make_call(struct inline_run *r, const struct atom *name, struct arguments *a) {
	return (struct call){
		.name = name, .arena = r->arena, .data = r->data, .arg = a->v, .args = a->n,
		.key = a->key, .named = a->named, .nameds = a->nameds, .apply = apply, .run = r,
	};
}

/* The words by which such failures are known: raise_python in lua.c has the first. */
#define PYTHON_ONLY "has it in Python only"
#define NO_FUNCTION "expression: no function "

bool inline_lacks_function(const struct fault *f) {
	return slice_find(f->message, PYTHON_ONLY, NULL)
			|| slice_find(f->message, NO_FUNCTION, NULL);
}

bool inline_wants_python(const struct fault *f) {
	return inline_lacks_function(f) || slice_find(f->message, INLINE_ANONYMOUS, NULL);
}

static _Noreturn void no_function(struct inline_run *r, const struct atom *name) {
	struct slice text;
	if (data_get(r->data, name, &text))
		raise_error("expression: %s is a variable, not a function", name->p);
	const char *dot = strrchr(name->p, '.');
	if (!dot)
		raise_error(NO_FUNCTION "or variable %s", name->p);
	char *file = arena_str(r->arena, (struct slice){ name->p, (size_t)(dot - name->p) });
	for (char *p = file; *p; p++)
		*p = *p == '.' ? '/' : *p;
	raise_error(NO_FUNCTION "%s" SFMT "; it can be written in Lua: M.%s in classes/lib/%s.lua",
			name->p, SARG(library_near(r->arena, atom_slice(name))), dot + 1, file);
}

static struct value call_path_value(
		struct inline_run *r, const struct atom *name, struct arguments *a) {
	struct call c = make_call(r, name, a);
	library_fn *fn = library_find(name);
	bool own = fn && !memchr(name->p, '.', name->n) && is_function(r->data, name);
	if (fn && !own)                      /* the metadata may have its own `list` */
		return fn(&c);
	struct value result;
	if (lua_call_named(&c, &result))
		return result;
	no_function(r, name);
}

/* object.name(…): the library's function TYPE.name with the object before the arguments. */
static struct value call_method(struct inline_run *r, struct value object, const struct atom *name,
		struct arguments *a) {
	char path[128];
	const char *type = object.kind == VALUE_DATA ? "d" : value_type(object);
	int n = snprintf(path, sizeof path, "%s.%s", type, name->p);
	const struct atom *full = n < (int)sizeof path
			? atom_find((struct slice){ path, (size_t)n })
			: NULL;
	library_fn *fn = full ? library_find(full) : NULL;
	if (!fn)
		raise_error("expression: '%s' has no method %s" SFMT, type, name->p,
				SARG(library_near(r->arena, slice_of(path))));
	struct arguments with;
	arguments_init(&with);
	add_argument(r, &with, object);
	for (size_t i = 0; i < a->n; i++)
		add_argument(r, &with, a->v[i]);
	for (size_t i = 0; i < a->nameds; i++)
		add_named(r, &with, a->key[i], a->named[i]);
	struct call c = make_call(r, full, &with);
	return fn(&c);
}

static struct value_scope *bind(struct inline_run *r, struct value_scope *outer,
		const struct atom *name, struct value v) {
	struct value_scope *s = ARENA_NEW(r->arena, struct value_scope);
	*s = (struct value_scope){ name, v, outer };
	return s;
}

static struct value call_lambda(
		struct inline_run *r, const struct value_lambda *l, struct arguments *a) {
	struct value_scope *scope = l->scope;
	const struct expr *code = l->code;
	if (a->n > code->kids - 1)
		raise_error("expression: lambda takes %u arguments, has %zu", code->kids - 1, a->n);
	for (uint32_t i = 1; i < code->kids; i++) {
		const struct expr *parameter = code->kid[i];
		struct value v = VALUE_NIL;
		bool given = i - 1 < a->n;
		if (given)
			v = a->v[i - 1];
		for (size_t k = 0; k < a->nameds && !given; k++)
			if (a->key[k] == parameter->name) {
				v = a->named[k];
				given = true;
			}
		if (!given && parameter->kind == EXPR_NAME)
			raise_error("expression: lambda's argument %s is missing",
					parameter->name->p);
		if (!given)
			v = eval(r, parameter->kid[0], l->scope);
		scope = bind(r, scope, parameter->name, v);
	}
	return eval(r, code->kid[0], scope);
}

static struct value apply_value(struct inline_run *r, struct value f, struct arguments *a) {
	switch (f.kind) {
	case VALUE_PATH: return call_path_value(r, f.path, a);
	case VALUE_METHOD: return call_method(r, f.method->object, f.method->name, a);
	case VALUE_LAMBDA: return call_lambda(r, f.lambda, a);
	default: raise_error("expression: '%s' object cannot be called", value_type(f));
	}
}

static const struct expr *root_of(const struct expr *e) {
	while (e->kind == EXPR_ATTR)
		e = e->kid[0];
	return e;
}

static const struct atom *joined(
		struct inline_run *r, const struct atom *path, const struct atom *name) {
	return atom(arena_printf(r->arena, "%s.%s", path->p, name->p));
}

/* Does a name that is no local stand for a value, so that what follows its dot is a method? */
static bool is_object(struct inline_run *r, const struct atom *name) {
	struct slice text;
	if (name->n == 1 && name->p[0] == 'd')
		return true;
	return !library_is_module(name) && !is_function(r->data, name)
			&& data_get(r->data, name, &text);
}

static struct value eval_call(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct arguments a;
	arguments_init(&a);
	const struct expr *callee = e->kid[0];
	bool by_name = e->name && !find_local(scope, root_of(callee)->name)
			&& (library_find(e->name) || !is_object(r, root_of(callee)->name));
	if (by_name && callee->kind == EXPR_ATTR && callee->kid[0]->kind == EXPR_NAME
			&& slice_is(atom_slice(callee->kid[0]->name), "d"))
		add_argument(r, &a, value_data(r->data));
	if (by_name) {
		eval_arguments(r, e, scope, &a);
		return call_path_value(r, e->name, &a);
	}
	if (callee->kind != EXPR_ATTR) {
		struct value f = eval(r, callee, scope);
		eval_arguments(r, e, scope, &a);
		return apply_value(r, f, &a);
	}
	struct value object = eval(r, callee->kid[0], scope);
	eval_arguments(r, e, scope, &a);
	if (object.kind == VALUE_PATH)
		return call_path_value(r, joined(r, object.path, callee->name), &a);
	return call_method(r, object, callee->name, &a);
}

static struct value eval_attribute(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value object = eval(r, e->kid[0], scope);
	if (object.kind == VALUE_PATH)
		return path_value(r, joined(r, object.path, e->name));
	struct value_method *m = ARENA_NEW(r->arena, struct value_method);
	*m = (struct value_method){ object, e->name };
	return (struct value){ .kind = VALUE_METHOD, .method = m };
}

/* --- operators --- */

static bool same(struct value a, struct value b) {
	bool simple = a.kind == VALUE_NONE || a.kind == VALUE_BOOL || b.kind == VALUE_NONE
			|| b.kind == VALUE_BOOL;
	return simple ? a.kind == b.kind && value_equal(a, b) : value_equal(a, b);
}

/* NAME in d: is there such a variable? */
static bool in_store(struct value name, struct data *d) {
	struct slice ignored;
	return name.kind == VALUE_TEXT && data_get_raw(d, atom(name.text), &ignored);
}

static bool contained(struct value a, struct value b) {
	return b.kind == VALUE_DATA ? in_store(a, b.data) : value_in(a, b);
}

static bool compare(char op, struct value a, struct value b) {
	switch (op) {
	case OP_EQ: return value_equal(a, b);
	case OP_NE: return !value_equal(a, b);
	case OP_LT: return value_order(a, b) < 0;
	case OP_LE: return value_order(a, b) <= 0;
	case OP_GT: return value_order(a, b) > 0;
	case OP_GE: return value_order(a, b) >= 0;
	case OP_IN: return contained(a, b);
	case OP_NOT_IN: return !contained(a, b);
	case OP_IS: return same(a, b);
	default: return !same(a, b);
	}
}

static struct value eval_compare(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value left = eval(r, e->kid[0], scope);
	for (uint32_t i = 1; i < e->kids; i++) {
		struct value right = eval(r, e->kid[i], scope);
		if (!compare(e->text.p[i - 1], left, right))
			return value_bool(false);
		left = right;
	}
	return value_bool(true);
}

/* `and` ends at the first false value, `or` at the first true one; the value itself is the result.
 * */
static struct value eval_logic(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value v = eval(r, e->kid[0], scope);
	for (uint32_t i = 1; i < e->kids && value_truth(v) == (e->kind == EXPR_AND); i++)
		v = eval(r, e->kid[i], scope);
	return v;
}

static struct value eval_unary(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value v = eval(r, e->kid[0], scope);
	if (e->kind == EXPR_NOT)
		return value_bool(!value_truth(v));
	if (e->kind == EXPR_NEGATE)
		return arith_negate(v);
	if (e->kind == EXPR_INVERT)
		return arith_binary(r->arena, OP_SUB, arith_negate(v), value_int(1));
	return arith_negate(arith_negate(v));
}

static struct value eval_slice(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value v = eval(r, e->kid[0], scope), bounds[3];
	for (int i = 0; i < 3; i++)
		bounds[i] = eval(r, e->kid[i + 1], scope);
	return value_slice(r->arena, v, bounds);
}

static struct value eval_index(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value v = eval(r, e->kid[0], scope);
	return value_index(r->arena, v, eval(r, e->kid[1], scope));
}

static struct value eval_format(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct buf b = { .arena = r->arena };
	for (uint32_t i = 0; i < e->kids; i++)
		buf_add(&b, value_str(r->arena, eval(r, e->kid[i], scope)));
	return value_text(buf_slice(&b));
}

static struct value eval_field(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value v = eval(r, e->kid[0], scope);
	struct slice spec = e->kids > 1 ? eval(r, e->kid[1], scope).text : SLICE("");
	return value_text(format_value(r->arena, v, (char)e->op, spec));
}

/* --- displays and comprehensions --- */

static enum value_kind made_by(int kind) {
	return kind == EXPR_SET ? VALUE_SET : kind == EXPR_DICT ? VALUE_DICT
			: kind == EXPR_TUPLE ? VALUE_TUPLE : VALUE_LIST;
}

static struct value eval_display(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value made = value_new(r->arena, made_by(e->kind));
	for (uint32_t i = 0; i < e->kids; i++)
		value_push(r->arena, &made, eval(r, e->kid[i], scope));
	return made;
}

static struct value eval_dict(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value made = value_new(r->arena, VALUE_DICT);
	for (uint32_t i = 0; i + 1 < e->kids; i += 2) {
		struct value key = eval(r, e->kid[i], scope);
		value_put(r->arena, &made, key, eval(r, e->kid[i + 1], scope));
	}
	return made;
}

struct comprehension {
	struct inline_run *run;
	const struct expr *code;
	uint32_t first;          /* number of its first FOR */
	struct value made;
};

static void assign(struct inline_run *r, const struct expr *target, struct value_scope *names,
		struct value v) {
	if (target->kind == EXPR_NAME) {
		names->value = v;
		return;
	}
	struct value_list *parts = value_items(r->arena, v);
	if (parts->n != target->kids)
		raise_error("expression: %u names for %zu values", target->kids, parts->n);
	for (uint32_t i = target->kids; i-- > 0; names = names->outer)
		names->value = parts->v[i];
}

static bool passes(struct inline_run *r, const struct expr *loop, struct value_scope *scope) {
	for (uint32_t i = 2; i < loop->kids; i++)
		if (!value_truth(eval(r, loop->kid[i], scope)))
			return false;
	return true;
}

static void collect(struct comprehension *c, struct value_scope *scope) {
	struct inline_run *r = c->run;
	struct value v = eval(r, c->code->kid[0], scope);
	if (c->made.kind == VALUE_DICT)
		value_put(r->arena, &c->made, v, eval(r, c->code->kid[1], scope));
	else
		value_push(r->arena, &c->made, v);
}

static void run_loop(struct comprehension *c, uint32_t number, struct value_scope *scope) {
	if (number == c->code->kids) {
		collect(c, scope);
		return;
	}
	struct inline_run *r = c->run;
	const struct expr *loop = c->code->kid[number], *target = loop->kid[0];
	struct value_list *list = value_items(r->arena, eval(r, loop->kid[1], scope));
	if (target->kind == EXPR_NAME)
		scope = bind(r, scope, target->name, VALUE_NIL);
	for (uint32_t i = 0; target->kind != EXPR_NAME && i < target->kids; i++)
		scope = bind(r, scope, target->kid[i]->name, VALUE_NIL);
	for (size_t i = 0; i < list->n; i++) {
		assign(r, target, scope, list->v[i]);
		if (passes(r, loop, scope))
			run_loop(c, number + 1, scope);
	}
}

static struct value eval_comprehension(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct comprehension c
			= { r, e, e->op == EXPR_DICT ? 2 : 1, value_new(r->arena, made_by(e->op)) };
	run_loop(&c, c.first, scope);
	return c.made;
}

static struct value eval_lambda(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	struct value_lambda *l = ARENA_NEW(r->arena, struct value_lambda);
	*l = (struct value_lambda){ e, scope };
	return (struct value){ .kind = VALUE_LAMBDA, .lambda = l };
}

/* --- every kind --- */

static struct value eval_node(
		struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	switch ((enum expr_kind)e->kind) {
	case EXPR_NONE: return VALUE_NIL;
	case EXPR_TRUE: return value_bool(true);
	case EXPR_FALSE: return value_bool(false);
	case EXPR_INT: return value_int(e->number);
	case EXPR_FLOAT: return value_real(e->real);
	case EXPR_TEXT: return value_text(e->text);
	case EXPR_FORMAT: return eval_format(r, e, scope);
	case EXPR_FIELD: return eval_field(r, e, scope);
	case EXPR_NAME: return eval_name(r, e->name, scope);
	case EXPR_ATTR: return eval_attribute(r, e, scope);
	case EXPR_CALL: return eval_call(r, e, scope);
	case EXPR_INDEX: return eval_index(r, e, scope);
	case EXPR_SLICE: return eval_slice(r, e, scope);
	case EXPR_NEGATE:
	case EXPR_PLUS:
	case EXPR_INVERT:
	case EXPR_NOT: return eval_unary(r, e, scope);
	case EXPR_BINARY: {
		struct value left = eval(r, e->kid[0], scope);
		return arith_binary(r->arena, e->op, left, eval(r, e->kid[1], scope));
	}
	case EXPR_COMPARE: return eval_compare(r, e, scope);
	case EXPR_AND: case EXPR_OR: return eval_logic(r, e, scope);
	case EXPR_IF: return eval(r, e->kid[value_truth(eval(r, e->kid[0], scope)) ? 1 : 2], scope);
	case EXPR_LIST: case EXPR_TUPLE: case EXPR_SET: return eval_display(r, e, scope);
	case EXPR_DICT: return eval_dict(r, e, scope);
	case EXPR_COMPREHENSION: return eval_comprehension(r, e, scope);
	case EXPR_LAMBDA: return eval_lambda(r, e, scope);
	case EXPR_KEYWORD: case EXPR_STAR: case EXPR_STAR2: case EXPR_FOR: break;
	}
	broken("expression node of kind %d evaluated", e->kind);
}

static struct value eval(struct inline_run *r, const struct expr *e, struct value_scope *scope) {
	if (++r->depth > DEEPEST)
		raise_error("expression: nested too deeply");
	if (++r->steps > MOST_STEPS)
		raise_error("expression: takes too long");
	struct value v = eval_node(r, e, scope);
	r->depth--;
	return v;
}

/* --- references, by BitBake's rules for Python code --- */

static const struct expr *text_argument(const struct expr *call, uint32_t i) {
	const struct expr *e = i + 1 < call->kids ? call->kid[i + 1] : NULL;
	return e && e->kind == EXPR_TEXT ? e : NULL;
}

static void add_contains(
		struct data_refs *refs, const struct atom *name, struct slice words, bool split) {
	struct slices *list = map_get(refs->contains, name);
	if (!list) {
		list = ARENA_NEW(refs->contains->arena, struct slices);
		map_put(refs->contains, name, list);
	}
	struct slice rest = words, word = words;
	do {
		if (split && !slice_word(&rest, &word))
			break;
		if (!slices_has(list, word))
			slices_add(refs->contains->arena, list, word);
	} while (split);
}

/* ${NAME} and ${@…} in a literal that d.expand is given. */
static void add_expanded(struct data_refs *refs, struct slice text) {
	size_t from;
	while (slice_find(text, "${", &from)) {
		text = slice_sub(text, from + 2, text.n);
		size_t to;
		if (!slice_find(text, "}", &to))
			return;
		struct slice name = slice_sub(text, 0, to);
		if (slice_starts(name, "@"))
			inline_refs(tree_of(slice_sub(name, 1, to)), refs);
		else if (to)
			map_add(refs->vars, atom(name));
	}
}

static bool ends_in(struct slice name, const char *const *suffixes) {
	for (; *suffixes; suffixes++)
		if (slice_ends(name, *suffixes))
			return true;
	return false;
}

static void add_flag_reference(struct data_refs *refs, struct slice name, struct slice flag) {
	struct buf b = { .arena = refs->vars->arena };
	buf_addf(&b, SFMT "[" SFMT "]", SARG(name), SARG(flag));
	map_add(refs->vars, atom(buf_slice(&b)));
}

static void call_refs(const struct expr *e, struct data_refs *refs) {
	static const char *const getters[]
			= { ".getVar", ".appendVar", ".prependVar", "oe.utils.conditional", NULL };
	static const char *const flag_getters[]
			= { ".getVarFlag", ".appendVarFlag", ".prependVarFlag", NULL };
	struct slice name = atom_slice(e->name);
	const struct expr *first = text_argument(e, 0), *second = text_argument(e, 1);
	bool contains = slice_is(name, "bb.utils.contains") || slice_is(name, "base_contains");
	bool any = slice_is(name, "bb.utils.contains_any") || slice_is(name, "bb.utils.filter");
	bool flag = ends_in(name, flag_getters), get = ends_in(name, getters);
	if (contains || any || flag || get) {
		if (first && (contains || any) && second)
			add_contains(refs, atom(first->text), second->text, any);
		else if (first && second && flag)
			add_flag_reference(refs, first->text, second->text);
		else if (first && !flag)
			map_add(refs->vars, atom(first->text));
	} else if (slice_ends(name, ".expand")) {
		if (first)
			add_expanded(refs, first->text);
	} else if (slice_is(name, "bb.build.exec_func") || slice_is(name, "bb.build.exec_task")) {
		if (first)
			map_add(refs->calls, atom(first->text));
	} else {
		map_add(refs->calls, e->name);
	}
}

void inline_refs(const struct expr *e, struct data_refs *refs) {
	if (e->kind == EXPR_CALL && e->name)
		call_refs(e, refs);
	for (uint32_t i = 0; i < e->kids; i++)
		if (e->kid[i])
			inline_refs(e->kid[i], refs);
}
