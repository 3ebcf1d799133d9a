/* What a task's text reaches is found as BitBake finds it (its data.py: build_dependencies): by
 * the unexpanded text of every variable, one node each, made once for all tasks of a store.
 *
 * The base hash is over a sum of the digests of the nodes: a sum needs no order, so nothing is
 * sorted.
 *
 * A variable whose expansion needs a function that is not there (a Python one) counts with its
 * text as it stands; any other failure is raised, as in BitBake. */
#include "sig.h"

#include "code.h"
#include "data.h"
#include "facts.h"
#include "glance.h"
#include "hash.h"
#include "inline.h"
#include "map.h"
#include "reference.h"
#include "shell.h"

#include <stdlib.h>
#include <string.h>

/* A variable, or a flag "NAME[flag]", and what it depends on. */
struct node {
	const struct atom *name;
	struct slice value;              /* what enters the hash; unset: nothing */
	struct digest digest;
	struct node **dep;
	uint32_t deps;
	uint32_t seen;                   /* number of the last walk that came by */
};

struct sig {
	struct data *data;
	struct arena *arena;
	struct map nodes;                /* atom → struct node * */
	struct map ignored;              /* BB_BASEHASH_IGNORE_VARS */
	struct map excluded_flags;       /* BB_SIGNATURE_EXCLUDE_FLAGS; empty: flags do not count */
	struct map exports;              /* what every shell function depends on */
	uint64_t settings; /* of ignored and excluded_flags: nodes of equal settings compare */
	uint32_t walk;
	struct node **stack;             /* of the walk; room for every node */
	size_t stack_cap;
};

/* The flags that decide how a variable is looked at; the texts are unexpanded. */
struct own_flags {
	bool func, python, lua;
	struct slice vardeps, vardepsexclude, vardepvalue, vardepvalueexclude, prefuncs, postfuncs,
			exports;
};

/* A look at one variable: what it found so far. */
struct look {
	const struct atom *name;
	struct own_flags own;
	struct map deps, excluded;       /* sets of atoms; excluded: [vardepsexclude] */
	struct slice text;               /* the value as it stands … */
	const struct facts *facts;       /* … and what is known of it, or NULL */
	struct buf more; /* what counts behind it: answers of contains(), removed words */
	bool varies;                     /* what was found depends on other variables' values */
};

static struct {
	const struct atom *func, *python, *lua, *vardeps, *vardepsexclude, *vardepvalue,
			*vardepvalueexclude, *prefuncs, *postfuncs, *exports;
} flags;

static struct node *node_of(struct sig *s, const struct atom *name);

/* --- the store's settings --- */

static void intern_flags(void) {
	if (flags.func)
		return;
	flags.python = atom_of("python");
	flags.lua = atom_of("lua");
	flags.vardeps = atom_of("vardeps");
	flags.vardepsexclude = atom_of("vardepsexclude");
	flags.vardepvalue = atom_of("vardepvalue");
	flags.vardepvalueexclude = atom_of("vardepvalueexclude");
	flags.prefuncs = atom_of("prefuncs");
	flags.postfuncs = atom_of("postfuncs");
	flags.exports = atom_of("exports");
	flags.func = atom_of("func");
}

static void add_words(struct map *set, struct slice text) {
	struct slice word;
	while (slice_word(&text, &word))
		map_add(set, atom(word));
}

static bool flag_on(struct data *d, const struct atom *name, const struct atom *flag) {
	struct slice v;
	if (!data_get_flag(d, name, flag, true, &v))
		return false;
	v = slice_trim(v);
	return v.n && !slice_is(v, "0") && !slice_is(v, "no") && !slice_is(v, "false")
			&& !slice_is(v, "False");
}

static void find_exports(struct sig *s) {
	const struct atom *export = atom_of("export"), *unexport = atom_of("unexport");
	struct map candidates = { .arena = s->arena };
	struct map_entry *e;
	data_exported(s->data, &candidates);
	for (uint32_t i = 0; (e = map_next(&candidates, &i));)
		if (flag_on(s->data, e->key, export) && !flag_on(s->data, e->key, unexport))
			map_add(&s->exports, e->key);
}

struct sig *sig_new(struct data *d) {
	struct arena *a = data_arena(d);
	struct sig *s = ARENA_NEW(a, struct sig);
	intern_flags();
	s->data = d;
	s->arena = a;
	s->nodes.arena = s->ignored.arena = s->excluded_flags.arena = s->exports.arena = a;
	struct slice ignored = data_text(d, "BB_BASEHASH_IGNORE_VARS");
	struct slice excluded = data_text(d, "BB_SIGNATURE_EXCLUDE_FLAGS");
	add_words(&s->ignored, ignored);
	add_words(&s->excluded_flags, excluded);
	s->settings = facts_digest(atom(arena_dup(a, ignored)), excluded).lane[0];
	if (map_count(&s->excluded_flags))
		map_add(&s->excluded_flags, flags.lua);
	find_exports(s);
	return s;
}

/* --- what a look finds --- */

static void add_dep(struct sig *s, struct look *l, const struct atom *name) {
	if (!map_get(&s->ignored, name))
		map_add(&l->deps, name);
}

static void add_set(struct sig *s, struct look *l, const struct map *set) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(set, &i));)
		add_dep(s, l, e->key);
}

static void add_listed(struct sig *s, struct look *l, struct slice words) {
	struct slice word, rest = words.n ? data_expand(s->data, words) : words;
	l->varies |= rest.p != words.p;
	while (slice_word(&rest, &word))
		add_dep(s, l, atom(word));
}

/* A called function counts when there is a variable of that name: BitBake asks it of every word
 * that stands where a command does. */
static void add_called(struct sig *s, struct look *l, const struct atom *name) {
	struct slice ignored;
	if (name->p[0] == '_' && name->p[1] == '_')
		return;
	if (data_get_flag(s->data, name, flags.func, false, &ignored)
			|| data_get_raw(s->data, name, &ignored))
		add_dep(s, l, name);
}

static void add_called_set(struct sig *s, struct look *l, const struct map *calls) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(calls, &i));)
		add_called(s, l, e->key);
}

static bool has_word(struct slice text, struct slice wanted) {
	struct slice word;
	while (slice_word(&text, &word))
		if (slice_eq(word, wanted))
			return true;
	return false;
}

static bool has_all(struct slice text, struct slice words) {
	struct slice word;
	while (slice_word(&words, &word))
		if (!has_word(text, word))
			return false;
	return true;
}

/* What bb.utils.contains(VAR, words) asks does not make VAR count, only the answer. */
static void add_asked(struct sig *s, struct look *l, const struct atom *name,
		const struct slices *words) {
	struct slice value = SLICE("");
	if (map_get(&l->excluded, name) || map_get(&s->ignored, name))
		return;
	data_get(s->data, name, &value);
	for (size_t i = 0; i < words->n; i++)
		if (!i || !slice_eq(words->v[i], words->v[i - 1]))
			buf_addf(&l->more, "\n%s{" SFMT "} = %s", name->p, SARG(words->v[i]),
					has_all(value, words->v[i]) ? "Set" : "Unset");
}

static void add_asked_map(struct sig *s, struct look *l, const struct map *asked) {
	size_t count;
	const struct atom **names = map_sorted(asked, s->arena, &count);
	for (size_t i = 0; i < count; i++) {
		struct slices *words = map_get(asked, names[i]);
		slices_sort(words);
		add_asked(s, l, names[i], words);
	}
}

static void add_facts(struct sig *s, struct look *l) {
	const struct facts *f = l->facts;
	l->varies |= f->calls || f->askeds;
	for (size_t i = 0; i < f->vars; i++)
		add_dep(s, l, f->var[i]);
	for (size_t i = 0; i < f->calls; i++)
		add_called(s, l, f->call[i]);
	for (size_t i = 0; i < f->askeds; i++)
		add_asked(s, l, f->asked[i].name, &f->asked[i].words);
}

/* --- references that depend on values --- */

struct found {
	struct map vars, calls, asked;
	struct slices removes;
	struct data_refs refs;
};

static void found_init(struct sig *s, struct found *f) {
	*f = (struct found){
		.vars.arena = s->arena, .calls.arena = s->arena, .asked.arena = s->arena
	};
	f->refs = (struct data_refs){ &f->vars, &f->calls, &f->asked, &f->removes };
}

static void add_found(struct sig *s, struct look *l, const struct found *f) {
	add_set(s, l, &f->vars);
	add_called_set(s, l, &f->calls);
	add_asked_map(s, l, &f->asked);
}

static void add_removes(struct sig *s, struct look *l, struct slices *removes) {
	slices_sort(removes);
	for (size_t i = 0; i < removes->n; i++) {
		struct found f;
		found_init(s, &f);
		data_text_references(s->data, removes->v[i], &f.refs);
		buf_addf(&l->more, "\n_remove of " SFMT, SARG(removes->v[i]));
		add_found(s, l, &f);
	}
}

/* The references that text shows without being expanded. */
static void find_bare(struct found *f, struct slice text) {
	struct reference ref;
	for (size_t at = 0; reference_name(text, at, &ref); at = ref.to)
		map_add(&f->vars, atom(ref.inner));
	for (size_t at = 0; reference_code(text, at, &ref); at = ref.to)
		code_references(ref.inner, true, &f->refs);
}

/* Passes a failed expansion on, unless it is one that only a missing function caused: whether that
 * matters is up to who uses the variable. */
static void forgive(const struct fault *f) {
	if (!inline_lacks_function(f))
		raise_again(f);
}

/* References of the value as it stands, or, when it cannot be expanded, those of its bare text. */
static void look_by_expanding(struct sig *s, struct look *l) {
	struct found f;
	struct trap trap;
	found_init(s, &f);
	if (TRAP(&trap)) {
		data_references(s->data, l->name, &f.refs);
		trap_end(&trap);
	} else {
		forgive(&trap.error);
		found_init(s, &f);
		find_bare(&f, l->text);
	}
	add_found(s, l, &f);
	add_removes(s, l, &f.removes);
}

static void look_at_commands(struct sig *s, struct look *l) {
	struct map commands = { .arena = s->arena };
	struct slice body = SLICE_NONE;
	struct trap trap;
	if (TRAP(&trap)) {
		data_get(s->data, l->name, &body);
		trap_end(&trap);
	} else {
		forgive(&trap.error);
		body = l->text;
	}
	shell_commands(body, &commands);
	add_called_set(s, l, &commands);
}

/* --- one variable --- */

static struct slice *own_flag(struct own_flags *o, const struct atom *flag) {
	return flag == flags.vardeps			   ? &o->vardeps
			: flag == flags.vardepsexclude	   ? &o->vardepsexclude
			: flag == flags.vardepvalue	   ? &o->vardepvalue
			: flag == flags.vardepvalueexclude ? &o->vardepvalueexclude
			: flag == flags.prefuncs	   ? &o->prefuncs
			: flag == flags.postfuncs	   ? &o->postfuncs
			: flag == flags.exports		   ? &o->exports
								: NULL;
}

/* Sorts the flags into what is asked of them; those that count become dependencies. */
static void look_at_flags(struct sig *s, struct look *l) {
	bool count = map_count(&s->excluded_flags) > 0;
	const struct atom *flag;
	struct slice text;
	for (uint32_t i = 0; glance_next_flag(s->data, l->name, &i, &flag, &text);) {
		struct slice *own = own_flag(&l->own, flag);
		if (own)
			*own = text;
		l->own.func |= flag == flags.func;
		l->own.python |= flag == flags.python;
		l->own.lua |= flag == flags.lua;
		if (count && !map_get(&s->excluded_flags, flag))
			add_dep(s, l, facts_flag(l->name, flag));
	}
	if (!l->own.vardepsexclude.n)
		return;
	struct slice excluded = data_expand(s->data, l->own.vardepsexclude);
	l->varies |= excluded.p != l->own.vardepsexclude.p;
	add_words(&l->excluded, excluded);
}

static void look_at_value(struct sig *s, struct look *l) {
	const struct own_flags *o = &l->own;
	bool code = o->func && (o->lua || o->python), shell = o->func && !code;
	enum facts_kind kind = !code ? FACTS_VALUE : o->lua ? FACTS_LUA : FACTS_PYTHON;
	l->text = SLICE_NONE;
	data_get_raw(s->data, l->name, &l->text);
	if (code || !glance_may_remove(s->data, l->name))
		l->facts = facts_of(s->arena, l->name, l->text, kind);
	if (l->facts)
		add_facts(s, l);
	else
		look_by_expanding(s, l);
	l->varies |= !l->facts || shell;
	if (shell) {
		add_set(s, l, &s->exports);
		look_at_commands(s, l);
	}
	if (o->func) {
		add_listed(s, l, o->prefuncs);
		add_listed(s, l, o->postfuncs);
		add_listed(s, l, o->exports);
	}
}

/* [vardepvalueexclude]: texts, separated by |, that do not count. */
static struct slice cut_out(struct arena *a, struct slice value, struct slice texts) {
	struct slice text;
	while (slice_field(&texts, '|', &text)) {
		if (!text.n)
			continue;
		struct buf b = { .arena = a };
		size_t at;
		const char *needle = arena_str(a, text);
		for (; slice_find(value, needle, &at);
				value = slice_sub(value, at + text.n, value.n))
			buf_add(&b, slice_sub(value, 0, at));
		buf_add(&b, value);
		value = buf_slice(&b);
	}
	return value;
}

/* The text with what counts behind it; its digest is known when nothing does. */
static void set_value(struct sig *s, struct node *n, struct look *l) {
	n->value = l->text;
	if (l->more.n) {
		struct buf whole = { .arena = s->arena };
		buf_add(&whole, l->text);
		buf_add(&whole, buf_slice(&l->more));
		n->value = buf_slice(&whole);
	}
	if (l->own.vardepvalueexclude.p && n->value.p)
		n->value = cut_out(s->arena, n->value, l->own.vardepvalueexclude);
	bool known = l->facts && !l->more.n && !l->own.vardepvalueexclude.p;
	n->digest = known ? l->facts->digest : facts_digest(n->name, n->value);
}

static void look_at_variable(struct sig *s, struct look *l) {
	look_at_flags(s, l);
	if (l->own.vardepvalue.p) {
		l->text = data_expand(s->data, l->own.vardepvalue);
		l->varies |= l->text.p != l->own.vardepvalue.p;
	} else {
		look_at_value(s, l);
	}
	add_listed(s, l, l->own.vardeps);
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&l->excluded, &i));)
		map_del(&l->deps, e->key);
}

/* "NAME[flag]" */
static void look_at_flag(struct sig *s, struct look *l, const struct atom *variable,
		const struct atom *flag) {
	l->text = SLICE_NONE;
	if (flag == flags.vardepvalueexclude)
		l->text = SLICE("");
	else
		data_get_flag(s->data, variable, flag, false, &l->text);
	l->facts = facts_of(s->arena, l->name, l->text, FACTS_VALUE);
	if (l->facts) {
		add_facts(s, l);
		return;
	}
	struct found f;
	struct trap trap;
	l->varies = true;
	found_init(s, &f);
	if (TRAP(&trap)) {
		data_text_references(s->data, l->text, &f.refs);
		trap_end(&trap);
	} else {
		forgive(&trap.error);
		found_init(s, &f);
		find_bare(&f, l->text);
	}
	add_set(s, l, &f.vars);
	add_called_set(s, l, &f.calls);
}

/* --- nodes --- */

/* Looks at n->name; what was found is kept when it is the same for all who share the variable. */
static void look_at(struct sig *s, struct node *n, const void *shared) {
	struct look l = { .name = n->name, .deps.arena = s->arena, .excluded.arena = s->arena,
		.more.arena = s->arena };
	const struct atom *variable, *flag;
	struct map_entry *e;
	if (facts_split(n->name, &variable, &flag))
		look_at_flag(s, &l, variable, flag);
	else
		look_at_variable(s, &l);
	set_value(s, n, &l);
	struct facts_shared *kept
			= shared && !l.varies ? facts_share(n->name, map_count(&l.deps)) : NULL;
	n->dep = ARENA_ARRAY(s->arena, struct node *, map_count(&l.deps) + 1);
	for (uint32_t i = 0; (e = map_next(&l.deps, &i));) {
		if (kept)
			kept->dep[n->deps] = e->key;
		n->dep[n->deps++] = node_of(s, e->key);
	}
	if (kept) {
		facts_share_value(kept, n->value);
		kept->digest = n->digest;
		kept->settings = s->settings;
		kept->variable = shared;
	}
}

static void use_shared(struct sig *s, struct node *n, const struct facts_shared *kept) {
	n->value = kept->value;
	n->digest = kept->digest;
	n->dep = ARENA_ARRAY(s->arena, struct node *, kept->deps + 1);
	for (; n->deps < kept->deps; n->deps++)
		n->dep[n->deps] = node_of(s, kept->dep[n->deps]);
}

static void make_node(struct sig *s, struct node *n) {
	const struct atom *variable, *flag;
	bool of_flag = facts_split(n->name, &variable, &flag);
	const void *shared = glance_shared(s->data, of_flag ? variable : n->name, of_flag);
	const struct facts_shared *kept = shared ? facts_shared(n->name) : NULL;
	if (kept && kept->variable == shared && kept->settings == s->settings)
		use_shared(s, n, kept);
	else
		look_at(s, n, shared);
}

/* A node is in the map before its dependencies are looked at: they may lead back to it.
 * Recursion is as deep as the longest chain of variables. */
static struct node *node_of(struct sig *s, const struct atom *name) {
	struct node *n = map_get(&s->nodes, name);
	if (n)
		return n;
	n = ARENA_NEW(s->arena, struct node);
	n->name = name;
	map_put(&s->nodes, name, n);
	make_node(s, n);
	return n;
}

/* --- tasks --- */

static void reserve_stack(struct sig *s) {
	size_t need = map_count(&s->nodes) + 1;
	if (need > s->stack_cap) {
		s->stack_cap = need * 2;
		s->stack = ARENA_ARRAY(s->arena, struct node *, s->stack_cap);
	}
}

/* Everything the task reaches, without itself unless it is reached; in s->stack, in no order. */
static size_t reach(struct sig *s, struct node *task) {
	size_t n = 0;
	reserve_stack(s);
	s->walk++;
	for (uint32_t i = 0; i < task->deps; i++)
		if (task->dep[i]->seen != s->walk) {
			task->dep[i]->seen = s->walk;
			s->stack[n++] = task->dep[i];
		}
	for (size_t done = 0; done < n; done++) {
		struct node *at = s->stack[done];
		for (uint32_t i = 0; i < at->deps; i++)
			if (at->dep[i]->seen != s->walk) {
				at->dep[i]->seen = s->walk;
				s->stack[n++] = at->dep[i];
			}
	}
	return n;
}

static int by_name(const void *a, const void *b) {
	return atom_cmp((*(struct node *const *)a)->name, (*(struct node *const *)b)->name);
}

static struct slice hash_reached(struct sig *s, const struct node *task, size_t count) {
	struct digest sum = {{0}};
	for (size_t i = 0; i < count; i++)
		for (int k = 0; k < DIGEST_LANES; k++)
			sum.lane[k] += s->stack[i]->digest.lane[k];
	struct buf b = { .arena = s->arena };
	char hex[HASH_HEX];
	for (int k = 0; k < DIGEST_LANES; k++)
		buf_addf(&b, "%016llx%016llx", (unsigned long long)task->digest.lane[k],
				(unsigned long long)sum.lane[k]);
	hash_text(HASH_SHA256, buf_slice(&b), hex);
	return arena_dup(s->arena, slice_of(hex));
}

void sig_task(struct sig *s, const struct atom *task, bool want_vars, struct sig_task *result) {
	struct node *n = node_of(s, task);
	size_t count = reach(s, n);
	*result = (struct sig_task){ .hash = hash_reached(s, n, count), .count = count };
	if (!want_vars)
		return;
	qsort(s->stack, count, sizeof *s->stack, by_name);
	result->vars = ARENA_ARRAY(s->arena, const struct atom *, count + 1);
	for (size_t i = 0; i < count; i++)
		result->vars[i] = s->stack[i]->name;
}

bool sig_reached(const struct sig *s, const struct atom *name) {
	return map_get(&s->nodes, name) != NULL;
}

/* --- dumps --- */

void sig_line(struct buf *out, struct slice name, struct slice value) {
	buf_add(out, name);
	buf_addc(out, ' ');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		if (c == '\\' || c == '\n' || c == '\t')
			buf_addf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : '\\');
		else
			buf_addc(out, c);
	}
	buf_addc(out, '\n');
}

static void dump_node(struct buf *out, const struct node *n) {
	if (n->value.p)
		sig_line(out, atom_slice(n->name), text_mask(out->arena, n->value));
	else
		buf_addf(out, "%s\n", n->name->p);
}

void sig_dump(struct sig *s, const struct atom *task, struct buf *out) {
	struct node *n = node_of(s, task);
	size_t count = reach(s, n);
	qsort(s->stack, count, sizeof *s->stack, by_name);
	dump_node(out, n);
	for (size_t i = 0; i < count; i++)
		if (s->stack[i] != n)
			dump_node(out, s->stack[i]);
}
