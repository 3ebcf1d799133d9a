/* What a task's text reaches is found as BitBake finds it (its data.py: build_dependencies): by the
 * unexpanded text of every variable, one node each, made once for all tasks of a store.
 *
 * The base hash is over a sum of the digests of the nodes: a sum needs no order, so nothing is sorted,
 * and a node's digest is kept for the next recipe, where the variable most often has the same text.
 *
 * A variable that cannot be expanded (a Python function is needed) counts with its text as it stands:
 * whether the failure matters is up to who uses the variable. */
#include "sig.h"

#include "code.h"
#include "data.h"
#include "hash.h"
#include "map.h"
#include "reference.h"
#include "shell.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = 4 };                      /* of 64 bits: a sha256 */

struct digest {
	uint64_t lane[LANES];
};

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
	uint32_t walk;
	struct node **stack;             /* of the walk; room for every node */
	size_t stack_cap;
};

/* What a look at one variable found. */
struct look {
	struct data_refs refs;
	struct map vars, calls, contains, deps;
	struct slices removes;
	struct buf value;
	bool set;
};

/* The flags that decide how a variable is looked at. */
static struct {
	const struct atom *func, *python, *lua, *vardeps, *vardepsexclude, *vardepvalue, *vardepvalueexclude,
			*prefuncs, *postfuncs, *exports;
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

static bool flag_on(struct data *d, const struct atom *name, const char *flag) {
	struct slice v;
	if (!data_get_flag(d, name, atom_of(flag), true, &v))
		return false;
	v = slice_trim(v);
	return v.n && !slice_is(v, "0") && !slice_is(v, "no") && !slice_is(v, "false") && !slice_is(v, "False");
}

static void find_exports(struct sig *s) {
	struct map candidates = { .arena = s->arena };
	struct map_entry *e;
	data_exported(s->data, &candidates);
	for (uint32_t i = 0; (e = map_next(&candidates, &i));)
		if (flag_on(s->data, e->key, "export") && !flag_on(s->data, e->key, "unexport"))
			map_add(&s->exports, e->key);
}

struct sig *sig_new(struct data *d) {
	struct arena *a = data_arena(d);
	struct sig *s = ARENA_NEW(a, struct sig);
	intern_flags();
	s->data = d;
	s->arena = a;
	s->nodes.arena = s->ignored.arena = s->excluded_flags.arena = s->exports.arena = a;
	add_words(&s->ignored, data_text(d, "BB_BASEHASH_IGNORE_VARS"));
	add_words(&s->excluded_flags, data_text(d, "BB_SIGNATURE_EXCLUDE_FLAGS"));
	if (map_count(&s->excluded_flags))
		map_add(&s->excluded_flags, flags.lua);
	find_exports(s);
	return s;
}

/* --- digests --- */

static struct digest read_digest(const char *hex) {
	struct digest d;
	for (int i = 0; i < LANES; i++) {
		char lane[17];
		memcpy(lane, hex + 16 * i, 16);
		lane[16] = '\0';
		d.lane[i] = strtoull(lane, NULL, 16);
	}
	return d;
}

static struct digest digest_of(const struct atom *name, struct slice value) {
	static struct hash *h;
	char hex[HASH_HEX];
	if (!h)
		h = hash_new(HASH_SHA256);
	hash_add(h, name->p, name->n + 1);
	hash_add(h, value.p ? "=" : "-", 1);
	if (value.n)
		hash_add_text(h, value);
	hash_end(h, hex);
	return read_digest(hex);
}

/* The digest each name had last, with the text it was for. */
struct kept {
	struct slice value;
	struct digest digest;
	size_t room;
};

static struct digest kept_digest(const struct atom *name, struct slice value) {
	static struct map kept;
	if (!kept.arena)
		kept.arena = arena_new();
	struct kept *k = map_get(&kept, name);
	if (k && (k->value.p != NULL) == (value.p != NULL) && slice_eq(k->value, value))
		return k->digest;
	if (!k) {
		k = ARENA_NEW(kept.arena, struct kept);
		map_put(&kept, name, k);
	}
	k->digest = digest_of(name, value);
	if (value.n > k->room) {             /* twice: a name's values are much of one length */
		k->room = value.n * 2;
		k->value.p = arena_alloc(kept.arena, k->room);
	}
	k->value.n = value.n;
	if (value.n)
		memcpy((char *)(uintptr_t)k->value.p, value.p, value.n);
	else
		k->value.p = value.p ? "" : NULL, k->room = 0;
	return k->digest;
}

/* --- looking at one variable --- */

static void look_init(struct sig *s, struct look *l) {
	*l = (struct look){ .value = { .arena = s->arena } };
	l->vars.arena = l->calls.arena = l->contains.arena = l->deps.arena = s->arena;
	l->refs = (struct data_refs){ &l->vars, &l->calls, &l->contains, &l->removes };
}

static void set_value(struct look *l, struct slice text) {
	l->set = text.p != NULL;
	buf_add(&l->value, text);
}

static void add_set(struct map *to, const struct map *from) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(from, &i));)
		map_add(to, e->key);
}

/* Is there a variable of that name? BitBake asks it of every word in command position. */
static bool exists(struct data *d, const struct atom *name) {
	struct slice ignored;
	return !slice_starts(atom_slice(name), "__")
			&& (data_get_flag(d, name, flags.func, false, &ignored) || data_get_raw(d, name, &ignored));
}

static void add_called(struct sig *s, struct look *l, const struct map *calls) {
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(calls, &i));)
		if (exists(s->data, e->key))
			map_add(&l->deps, e->key);
}

static bool has_all(struct slice text, struct slice words) {
	struct slice word, rest, other;
	while (slice_word(&words, &word)) {
		bool found = false;
		for (rest = text; !found && slice_word(&rest, &other);)
			found = slice_eq(other, word);
		if (!found)
			return false;
	}
	return true;
}

/* What bb.utils.contains(VAR, words) asks does not make VAR count, only the answer. */
static void add_contains(struct sig *s, struct look *l, const struct map *asked, const struct map *excluded) {
	size_t count;
	const struct atom **names = map_sorted(asked, s->arena, &count);
	for (size_t i = 0; i < count; i++) {
		if (map_get(excluded, names[i]) || map_get(&s->ignored, names[i]))
			continue;
		struct slices *words = map_get(asked, names[i]);
		struct slice value = SLICE("");
		data_get(s->data, names[i], &value);
		slices_sort(words);
		for (size_t k = 0; k < words->n; k++) {
			if (k && slice_eq(words->v[k], words->v[k - 1]))
				continue;
			buf_addf(&l->value, "\n%s{" SFMT "} = %s", names[i]->p, SARG(words->v[k]),
					has_all(value, words->v[k]) ? "Set" : "Unset");
			l->set = true;
		}
	}
}

static void add_removes(struct sig *s, struct look *l, const struct map *excluded) {
	slices_sort(&l->removes);
	for (size_t i = 0; i < l->removes.n; i++) {
		struct look r;
		look_init(s, &r);
		data_text_references(s->data, l->removes.v[i], &r.refs);
		buf_addf(&l->value, "\n_remove of " SFMT, SARG(l->removes.v[i]));
		add_set(&l->deps, &r.vars);
		add_called(s, l, &r.calls);
		add_contains(s, l, &r.contains, excluded);
	}
}

/* The references that text shows without being expanded. */
static void add_bare_references(struct look *l, struct slice text) {
	struct reference ref;
	for (size_t at = 0; reference_name(text, at, &ref); at = ref.to)
		map_add(&l->vars, atom(ref.inner));
	for (size_t at = 0; reference_code(text, at, &ref); at = ref.to)
		code_references(ref.inner, true, &l->refs);
}

/* References of the value as it stands; expanding it may fail, then those of its bare text. */
static void add_references(struct sig *s, struct look *l, const struct atom *name) {
	struct slice raw = SLICE_NONE;
	struct trap trap;
	data_get_raw(s->data, name, &raw);
	set_value(l, raw);
	if (TRAP(&trap)) {
		data_references(s->data, name, &l->refs);
		trap_end(&trap);
		return;
	}
	add_bare_references(l, raw);
}

static void look_at_shell(struct sig *s, struct look *l, const struct atom *name) {
	struct map commands = { .arena = s->arena };
	struct slice body = SLICE_NONE;
	struct trap trap;
	add_set(&l->deps, &s->exports);
	if (TRAP(&trap)) {
		data_get(s->data, name, &body);
		trap_end(&trap);
	} else {
		data_get_raw(s->data, name, &body);
	}
	shell_commands(body, &commands);
	add_called(s, l, &commands);
}

static void look_at_value(struct sig *s, struct look *l, const struct atom *name, const struct map *own) {
	bool func = map_get(own, flags.func), lua = map_get(own, flags.lua), python = map_get(own, flags.python);
	if (func && (lua || python)) {
		struct slice raw = SLICE_NONE;
		data_get_raw(s->data, name, &raw);
		set_value(l, raw);
		code_references(raw, !lua, &l->refs);
		return;
	}
	add_references(s, l, name);
	if (func)
		look_at_shell(s, l, name);
}

static struct slice own_flag(struct sig *s, const struct map *own, const struct atom *flag) {
	struct slice *text = map_get(own, flag);
	return text ? data_expand(s->data, *text) : SLICE_NONE;
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
		for (; slice_find(value, needle, &at); value = slice_sub(value, at + text.n, value.n))
			buf_add(&b, slice_sub(value, 0, at));
		buf_add(&b, value);
		value = buf_slice(&b);
	}
	return value;
}

static void add_flag_deps(struct sig *s, struct look *l, const struct atom *name, const struct map *own) {
	struct map_entry *e;
	if (!map_count(&s->excluded_flags))
		return;
	for (uint32_t i = 0; (e = map_next(own, &i));)
		if (e->key->p[0] != '_' && !map_get(&s->excluded_flags, e->key))
			map_add(&l->deps, atom(arena_printf(s->arena, "%s[%s]", name->p, e->key->p)));
}

static void look_at_variable(struct sig *s, struct look *l, const struct atom *name) {
	struct map own = { .arena = s->arena }, excluded = { .arena = s->arena };
	data_flags(s->data, name, &own);
	add_words(&excluded, own_flag(s, &own, flags.vardepsexclude));
	if (map_get(&own, flags.vardepvalue)) {
		set_value(l, own_flag(s, &own, flags.vardepvalue));
	} else {
		look_at_value(s, l, name, &own);
		add_set(&l->deps, &l->vars);
		add_called(s, l, &l->calls);
		add_contains(s, l, &l->contains, &excluded);
		add_removes(s, l, &excluded);
		if (map_get(&own, flags.func)) {
			add_words(&l->deps, own_flag(s, &own, flags.prefuncs));
			add_words(&l->deps, own_flag(s, &own, flags.postfuncs));
			add_words(&l->deps, own_flag(s, &own, flags.exports));
		}
	}
	if (map_get(&own, flags.vardepvalueexclude)) {
		struct slice *texts = map_get(&own, flags.vardepvalueexclude);
		struct slice left = cut_out(s->arena, buf_slice(&l->value), *texts);
		l->value = (struct buf){ .arena = s->arena };
		buf_add(&l->value, left);
	}
	add_flag_deps(s, l, name, &own);
	add_words(&l->deps, own_flag(s, &own, flags.vardeps));
	struct map_entry *e;
	for (uint32_t i = 0; (e = map_next(&excluded, &i));)
		map_del(&l->deps, e->key);
}

/* "NAME[flag]" */
static void look_at_flag(struct sig *s, struct look *l, const struct atom *name) {
	const char *bracket = strchr(name->p, '[');
	struct slice variable = { name->p, (size_t)(bracket - name->p) }, text = SLICE_NONE;
	struct slice flag = { bracket + 1, name->n - variable.n - 2 };
	if (slice_is(flag, "vardepvalueexclude")) {
		set_value(l, SLICE(""));
		return;
	}
	data_get_flag(s->data, atom(variable), atom(flag), false, &text);
	set_value(l, text);
	if (text.p)
		data_text_references(s->data, text, &l->refs);
	add_set(&l->deps, &l->vars);
	add_called(s, l, &l->calls);
}

static bool is_flag(const struct atom *name) {
	return name->n > 2 && name->p[name->n - 1] == ']' && strchr(name->p, '[');
}

/* --- nodes --- */

static void make_node(struct sig *s, struct node *n) {
	struct look l;
	struct map_entry *e;
	look_init(s, &l);
	if (is_flag(n->name))
		look_at_flag(s, &l, n->name);
	else
		look_at_variable(s, &l, n->name);
	n->value = l.set ? buf_slice(&l.value) : SLICE_NONE;
	n->digest = kept_digest(n->name, n->value);
	n->dep = ARENA_ARRAY(s->arena, struct node *, map_count(&l.deps) + 1);
	for (uint32_t i = 0; (e = map_next(&l.deps, &i));)
		if (!map_get(&s->ignored, e->key))
			n->dep[n->deps++] = node_of(s, e->key);
}

/* A node is in the map before its dependencies are looked at: they may lead back to it. Recursion is as
 * deep as the longest chain of variables. */
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
		for (int k = 0; k < LANES; k++)
			sum.lane[k] += s->stack[i]->digest.lane[k];
	struct buf b = { .arena = s->arena };
	char hex[HASH_HEX];
	for (int k = 0; k < LANES; k++)
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
		sig_line(out, atom_slice(n->name), n->value);
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

/* --- differences --- */

struct line {
	struct slice name, value;        /* value unset: the variable is */
};

static int by_line_name(const void *a, const void *b) {
	return slice_cmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

static struct line *read_lines(struct arena *a, struct slice text, size_t *count) {
	struct slice rest = text, row;
	size_t n = 0, rows = 0, at;
	for (size_t i = 0; i < text.n; i++)
		rows += text.p[i] == '\n';
	struct line *list = ARENA_ARRAY(a, struct line, rows + 1);
	while (n <= rows && slice_field(&rest, '\n', &row)) {
		if (!row.n)
			continue;
		bool set = slice_find(row, " ", &at);
		list[n++] = (struct line){ slice_sub(row, 0, set ? at : row.n),
			set ? slice_sub(row, at + 1, row.n) : SLICE_NONE };
	}
	qsort(list, n, sizeof *list, by_line_name);
	*count = n;
	return list;
}

static void say_value(struct buf *out, struct slice value) {
	if (value.p)
		buf_addf(out, "'" SFMT "'", SARG(value));
	else
		buf_adds(out, "unset");
}

static void say_one(struct buf *out, const struct line *l, const char *what) {
	buf_addf(out, SFMT ": %s ", SARG(l->name), what);
	say_value(out, l->value);
	buf_addc(out, '\n');
}

static bool same_value(struct slice a, struct slice b) {
	return (a.p != NULL) == (b.p != NULL) && slice_eq(a, b);
}

size_t sig_diff(struct arena *a, struct slice old, struct slice new, struct buf *out) {
	size_t olds, news, i = 0, k = 0, found = 0;
	struct line *o = read_lines(a, old, &olds), *n = read_lines(a, new, &news);
	while (i < olds || k < news) {
		int order = i == olds ? 1 : k == news ? -1 : slice_cmp(o[i].name, n[k].name);
		if (order < 0) {
			say_one(out, &o[i++], "removed");
			found++;
		} else if (order > 0) {
			say_one(out, &n[k++], "added");
			found++;
		} else {
			if (!same_value(o[i].value, n[k].value)) {
				buf_addf(out, SFMT ": was ", SARG(o[i].name));
				say_value(out, o[i].value);
				buf_adds(out, " now ");
				say_value(out, n[k].value);
				buf_addc(out, '\n');
				found++;
			}
			i++;
			k++;
		}
	}
	return found;
}
