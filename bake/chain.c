/* chain: a walk in breadth, so that the way to each cause is a shortest one. A dependency is followed
 * by the hashes that stand in the two data of the task above it; so both sides are those that task
 * saw, whatever has been built since. */
#include "chain.h"

#include "agenda.h"
#include "graph.h"
#include "map.h"
#include "sigdata.h"

#include <string.h>

struct step {
	struct link link;
	struct slice old, new;
	struct step *next;
};

struct walk {
	struct agenda *agenda;
	struct chain *chain;
	struct step *first, **last;
	struct map seen;                 /* set of ids */
	struct map tasks;                /* id → struct task * */
};

static void push(struct walk *w, struct slice id, const struct link *above, struct slice old,
		struct slice new) {
	struct step *s = ARENA_NEW(w->agenda->arena, struct step);
	*s = (struct step){ { id, map_get(&w->tasks, atom(id)), above }, old, new, NULL };
	*w->last = s;
	w->last = &s->next;
}

static void add_cause(struct walk *w, const struct sigchange *change, const struct link *at) {
	struct chain *c = w->chain;
	for (size_t i = 0; i < c->n; i++) {
		const struct sigchange *known = &c->v[i].change;
		if (known->kind == change->kind && slice_eq(known->name, change->name) &&
				slice_eq(known->was, change->was) && slice_eq(known->now, change->now)) {
			c->v[i].others++;
			return;
		}
	}
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 8;
		struct cause *v = ARENA_ARRAY(w->agenda->arena, struct cause, c->cap);
		if (c->n)
			memcpy(v, c->v, c->n * sizeof *v);
		c->v = v;
	}
	c->v[c->n++] = (struct cause){ *change, at, 0 };
}

/* Of "hash-as-seen own-hash", the second. */
static struct slice own_hash(struct slice value) {
	struct slice word = SLICE_NONE;
	slice_word(&value, &word);
	slice_word(&value, &word);
	return word;
}

static struct slice data_under(struct walk *w, struct slice id, struct slice hash) {
	const struct task *t = map_get(&w->tasks, atom(id));
	struct slice kept = sigdata_find(w->agenda, id, hash);
	if (!kept.p && t && slice_eq(t->hash, hash))
		return sigdata_now(w->agenda, t);
	return kept;
}

static void follow(struct walk *w, const struct sigchange *dep, const struct link *above) {
	if (!map_add(&w->seen, atom(dep->name)))
		return;
	struct slice old = data_under(w, dep->name, own_hash(dep->was));
	struct slice new = data_under(w, dep->name, own_hash(dep->now));
	if (old.p && new.p)
		push(w, dep->name, above, old, new);
	else
		slices_add(w->agenda->arena, &w->chain->lost, dep->name);
}

static void visit(struct walk *w, const struct step *s) {
	size_t count;
	struct sigchange *change = sigdiff(w->agenda->arena, s->old, s->new, &count);
	for (size_t i = 0; i < count; i++) {
		bool other_hash = change[i].kind == SIGCHANGE_DEPENDENCY && change[i].before &&
			change[i].after;
		if (other_hash)
			follow(w, &change[i], &s->link);
		else
			add_cause(w, &change[i], &s->link);
	}
}

struct chain *chain_follow(struct agenda *g, struct slice id, struct slice old, struct slice new) {
	struct walk w = { .agenda = g, .chain = ARENA_NEW(g->arena, struct chain) };
	w.seen.arena = w.tasks.arena = g->arena;
	w.last = &w.first;
	for (uint32_t i = 0; i < g->graph->count; i++)
		map_put(&w.tasks, atom(g->graph->task[i].id), &g->graph->task[i]);
	map_add(&w.seen, atom(id));
	push(&w, id, NULL, old, new);
	for (const struct step *s = w.first; s; s = s->next)
		visit(&w, s);
	return w.chain;
}
