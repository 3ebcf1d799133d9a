/* answer: reading, as BitBake's getVar does it.
 *
 * An answer counts for the generation of its store it was made in. While OVERRIDES is computed
 * every variable may be read again with fewer overrides, so recursion is recognised by slot and
 * depth. */
#include "answer.h"
#include "reference.h"
#include "variable.h"

#include <string.h>

enum { OVERRIDE_ROUNDS = 5 };

/* The expanded value; unset: there is none. */
static struct slice value_of(struct data *d, const struct atom *name) {
	return answer_of(d, variable_slot(d, name), true)->value;
}

/* --- active overrides --- */

static bool same_atoms(const struct atoms *a, const struct atoms *b) {
	return a->n == b->n && (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof *a->v) == 0);
}

static struct atoms split_overrides(struct data *d) {
	struct atoms list = { 0 };
	struct slice rest = value_of(d, atom_of("OVERRIDES")), one;
	if (!rest.p)
		rest = SLICE("");
	while (slice_field(&rest, ':', &one))
		atoms_add(d->arena, &list, atom(one));
	return list;
}

static void use_overrides(struct data *d, struct atoms list) {
	d->override = list;
	d->override_set = (struct map){ .arena = d->arena };
	for (uint32_t i = 0; i < list.n; i++)
		map_add(&d->override_set, list.v[i]);
	d->generation++;
}

/* Overrides may depend on variables with overrides: compute from none until nothing changes. */
static void settle_overrides(struct data *d) {
	use_overrides(d, (struct atoms){ 0 });
	struct atoms now = split_overrides(d), next;
	for (int round = 0; round < OVERRIDE_ROUNDS; round++) {
		use_overrides(d, now);
		next = split_overrides(d);
		if (same_atoms(&now, &next))
			return;
		now = next;
	}
	struct place at = variable_find(d, atom_of("OVERRIDES"))->at;
	raise_at(place_file(at), at.line,
			"OVERRIDES: does not settle after %d rounds: it depends on variables whose "
			"overrides "
			"depend on OVERRIDES",
			OVERRIDE_ROUNDS);
}

void answer_know_overrides(struct data *d) {
	if (d->overrides_known || d->overrides_busy)
		return;
	struct trap trap;
	d->overrides_busy = true;
	d->depth++;
	if (TRAP(&trap)) {
		settle_overrides(d);
		trap_end(&trap);
		d->depth--;
		d->overrides_busy = false;
		d->overrides_known = true;
	} else {
		d->depth--;
		d->overrides_busy = false;
		raise_again(&trap.error);
	}
}

bool answer_active(const struct data *d, const struct override *o) {
	for (size_t i = 0; i < o->parts; i++)
		if (!map_get(&d->override_set, o->part[i]))
			return false;
	return true;
}

/* --- which variable stands in, and operations --- */

struct candidate {
	struct slice key;                /* what is left of its override */
	const struct atom *name;
};

/* Does key end in ":o"? Then *left is key without every ":o" in it. */
static bool strip_override(struct data *d, struct slice key, const struct atom *o,
		struct slice *left) {
	if (!slice_ends(key, o->p) || key.n <= o->n || key.p[key.n - o->n - 1] != ':')
		return false;
	*left = text_replace(d->arena, key, arena_printf(d->arena, ":%s", o->p), SLICE(""));
	return true;
}

/* BitBake's way to choose: overrides are gone through in order, again and again; a candidate whose
 * last part is the override at hand loses that part, one that is the override wins (for now) and
 * leaves. So the last win counts. */
static const struct atom *choose(struct data *d, struct candidate *c, size_t n) {
	const struct atom *best = NULL;
	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t o = 0; o < d->override.n; o++) {
			for (size_t i = 0; i < n; i++) {
				struct slice left;
				if (!c[i].name)
					continue;
				if (slice_eq(c[i].key, atom_slice(d->override.v[o]))) {
					best = c[i].name;
					c[i].name = NULL;
				} else if (strip_override(d, c[i].key, d->override.v[o], &left)) {
					for (size_t k = 0; k < n; k++)
						if (k != i && c[k].name && slice_eq(c[k].key, left))
							c[k].name = NULL;
					c[i].key = left;
					changed = true;
				}
			}
		}
	}
	return best;
}

/* The active NAME:override that gives the value of a variable, or NULL. */
static const struct atom *stand_in(struct data *d, const struct var *v) {
	size_t n = 0;
	const struct name_link *only = NULL;
	for (uint32_t i = 0; i < v->links; i++)
		if (answer_active(d, v->link[i]->when)) {
			only = v->link[i];
			n++;
		}
	if (n == 0)
		return NULL;
	if (n == 1 && only->when->parts == 1)
		return only->name;
	struct candidate *c = ARENA_ARRAY(d->arena, struct candidate, n);
	n = 0;
	for (uint32_t i = 0; i < v->links; i++)
		if (answer_active(d, v->link[i]->when))
			c[n++] = (struct candidate){ atom_slice(v->link[i]->when->text),
				v->link[i]->name };
	return choose(d, c, n);
}

static bool op_active(const struct data *d, const struct op *op) {
	return !op->when || answer_active(d, op->when);
}

static bool has_condition(const struct var *v) {
	for (int kind = 0; kind < NAME_OPS; kind++)
		for (uint32_t i = 0; i < v->op[kind].n; i++)
			if (v->op[kind].v[i].when)
				return true;
	return v->links > 0;
}

static struct slice apply_ops(struct data *d, const struct var *v, struct slice value) {
	struct buf b = { .arena = d->arena };
	bool any = false;
	const struct ops *before = &v->op[NAME_PREPEND], *after = &v->op[NAME_APPEND];
	for (uint32_t i = before->n; i-- > 0;)
		if (op_active(d, &before->v[i])) {
			buf_add(&b, before->v[i].value);
			any = true;
		}
	buf_add(&b, value);
	for (uint32_t i = 0; i < after->n; i++)
		if (op_active(d, &after->v[i])) {
			buf_add(&b, after->v[i].value);
			any = true;
		}
	return any ? buf_slice(&b) : value;
}

/* raw of the answer; *removes receives what the stand-in's :remove took out. To know that, the
 * stand-in is expanded, and may fail, even when only the unexpanded text is asked for. */
static struct slice read_raw(struct data *d, const struct var *v, struct slices *removes) {
	struct slice value = SLICE_NONE;
	const struct atom *other = v->links ? stand_in(d, v) : NULL;
	if (other) {
		struct answer *a = answer_of(d, variable_slot(d, other), true);
		value = a->raw;
		for (size_t i = 0; i < a->removes.n; i++)
			slices_add(d->arena, removes, a->removes.v[i]);
	}
	if (!value.p)
		value = v->value.p ? v->value : v->weak;
	if (v->op[NAME_APPEND].n || v->op[NAME_PREPEND].n)
		value = apply_ops(d, v, value);
	return value;
}

/* --- :remove --- */

static bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Marks which of the word lists hold word. */
static bool taken(const struct slices *words, size_t lists, struct slice word, bool *used) {
	bool hit = false;
	for (size_t i = 0; i < lists; i++)
		if (slices_has(&words[i], word))
			hit = used[i] = true;
	return hit;
}

/* text without the words of the removes; blanks stay. r->removes receives those that hit. */
static struct slice remove_words(struct data *d, struct slice text, const struct slices *removes,
		struct answer *r) {
	struct slices *words = ARENA_ARRAY(d->arena, struct slices, removes->n);
	bool *used = ARENA_ARRAY(d->arena, bool, removes->n);
	struct buf b = { .arena = d->arena };
	for (size_t i = 0; i < removes->n; i++)
		slices_words(d->arena, &words[i], answer_expand(d, removes->v[i], NULL, NULL));
	for (size_t i = 0, end; i < text.n; i = end) {
		end = i + 1;
		if (!is_space(text.p[i]))
			while (end < text.n && !is_space(text.p[end]))
				end++;
		struct slice part = slice_sub(text, i, end);
		if (!taken(words, removes->n, part, used))
			buf_add(&b, part);
	}
	for (size_t i = 0; i < removes->n; i++)
		if (used[i])
			slices_add(d->arena, &r->removes, removes->v[i]);
	return buf_slice(&b);
}

static struct slice apply_removes(struct data *d, const struct var *v, struct slice value,
		struct slices *removes, struct answer *r) {
	const struct ops *own_removes = &v->op[NAME_REMOVE];
	for (uint32_t i = 0; i < own_removes->n; i++)
		if (op_active(d, &own_removes->v[i]) &&
				!slices_has(removes, own_removes->v[i].value))
			slices_add(d->arena, removes, own_removes->v[i].value);
	return removes->n && value.n ? remove_words(d, value, removes, r) : value;
}

/* --- expansion --- */

static _Noreturn void raise_recursion(struct data *d, const struct slot *again) {
	struct buf b = { .arena = d->arena };
	struct slices chain = { 0 };
	for (const struct frame *f = d->frame; f; f = f->outer) {
		slices_add(d->arena, &chain, atom_slice(f->slot->name));
		if (f->slot == again)
			break;
	}
	for (size_t i = chain.n; i-- > 0;)
		buf_addf(&b, SFMT " -> ", SARG(chain.v[i]));
	const struct place *at = &again->var->at;
	raise_at(place_file(*at), at->line,
			"%s: refers to itself: %s%s: use := or another name in one of them",
			again->name->p, b.p ? b.p : "", again->name->p);
}

/* A fault without a place gets that of the variable whose expansion failed. */
static _Noreturn void blame(const struct slot *s, const struct fault *f) {
	const struct place *at = s->var ? &s->var->at : NULL;
	if (f->file.p || !at || !at->file)
		raise_again(f);
	raise_at(atom_slice(at->file), at->line, "%s: " SFMT, s->name->p, SARG(f->message));
}

/* Expands and takes words out; *r holds the raw text and receives the rest. */
static void expand_answer(struct data *d, struct slot *s, struct slices *removes,
		struct answer *r) {
	if (s->busy == d->depth)
		raise_recursion(d, s);
	struct frame frame = { s, d->frame };
	uint32_t outer_busy = s->busy;
	struct trap trap;
	s->busy = d->depth;
	d->frame = &frame;
	if (TRAP(&trap)) {
		r->value = answer_expand(d, r->raw, s->name, r);
		r->value = apply_removes(d, s->var, r->value, removes, r);
		trap_end(&trap);
		d->frame = frame.outer;
		s->busy = outer_busy;
		return;
	}
	d->frame = frame.outer;
	s->busy = outer_busy;
	blame(s, &trap.error);
}

/* Makes the answer of a slot whose variable exists. */
static void make_answer(struct data *d, struct slot *s, bool expanded) {
	struct answer r = { .expanded = expanded };
	struct slices removes = { 0 };
	const struct var *v = s->var;
	if (has_condition(v))
		answer_know_overrides(d);
	r.raw = r.value = read_raw(d, v, &removes);
	if (expanded && r.raw.p &&
			(removes.n || v->op[NAME_REMOVE].n || slice_find(r.raw, "${", NULL)))
		expand_answer(d, s, &removes, &r);
	s->answer = r;
	s->generation = d->generation;
}

struct answer *answer_of(struct data *d, struct slot *s, bool expanded) {
	if (s->generation != d->generation || (expanded && !s->answer.expanded)) {
		if (s->var)
			make_answer(d, s, expanded);
		else
			s->answer = (struct answer){ .expanded = true };
		s->generation = d->generation;
	}
	return &s->answer;
}

static struct slice substitute_names(struct data *d, struct slice text, const struct atom *self,
		struct answer *r) {
	struct reference ref;
	if (!reference_name(text, 0, &ref))
		return text;
	struct buf b = { .arena = d->arena };
	size_t done = 0;
	do {
		const struct atom *name = atom(ref.inner);
		if (name == self)
			raise_error("refers to itself: use := or another name");
		if (r)
			atoms_add(d->arena, &r->names, name);
		struct slice value = value_of(d, name);
		if (value.p) {
			if (ref.from == 0 && ref.to == text.n)
				return value;
			buf_add(&b, slice_sub(text, done, ref.from));
			buf_add(&b, value);
		} else {
			buf_add(&b, slice_sub(text, done, ref.to));
		}
		done = ref.to;
	} while (reference_name(text, done, &ref));
	buf_add(&b, slice_sub(text, done, text.n));
	return buf_slice(&b);
}

static struct slice evaluate(struct data *d, struct slice code, struct answer *r) {
	if (!d->hooks)
		raise_error("${@" SFMT "}: inline code cannot be evaluated here", SARG(code));
	if (r)
		slices_add(d->arena, &r->codes, code);
	return d->hooks->eval(d, code);
}

/* Code that still holds a reference waits for it; code that ends inside a literal was cut at a
 * brace of that literal and, with all that stands beside it, stays text. */
static struct slice substitute_code(struct data *d, struct slice text, struct answer *r) {
	struct reference ref, inner;
	if (!reference_code(text, 0, &ref))
		return text;
	struct buf b = { .arena = d->arena };
	size_t done = 0;
	do {
		buf_add(&b, slice_sub(text, done, ref.from));
		done = ref.to;
		if (reference_name(ref.inner, 0, &inner))
			buf_add(&b, slice_sub(text, ref.from, ref.to));
		else if (reference_unterminated(ref.inner))
			return text;
		else
			buf_add(&b, evaluate(d, ref.inner, r));
	} while (reference_code(text, done, &ref));
	buf_add(&b, slice_sub(text, done, text.n));
	return buf_slice(&b);
}

/* Replaces references until nothing changes: what comes out of one may make up another. */
struct slice answer_expand(struct data *d, struct slice text, const struct atom *self,
		struct answer *r) {
	for (struct slice old = SLICE_NONE; slice_find(text, "${", NULL);) {
		old = text;
		text = substitute_code(d, substitute_names(d, text, self, r), r);
		if (slice_eq(old, text))
			break;
	}
	return text;
}

/* --- references --- */

void answer_references(struct data *d, const struct answer *r, struct data_refs *refs) {
	for (uint32_t i = 0; i < r->names.n; i++)
		map_add(refs->vars, r->names.v[i]);
	for (size_t i = 0; i < r->codes.n && d->hooks; i++)
		d->hooks->refs(d, r->codes.v[i], refs);
	for (size_t i = 0; refs->removes && i < r->removes.n; i++)
		if (!slices_has(refs->removes, r->removes.v[i]))
			slices_add(d->arena, refs->removes, r->removes.v[i]);
}
