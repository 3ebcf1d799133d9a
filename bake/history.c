/* history: a list of events a variable, in the order of the writes. */
#include "history.h"
#include "map.h"

struct event {
	struct data_event e;
	struct event *next;
};

struct events {
	struct event *first, **last;
};

struct history {
	struct arena *arena;
	struct map events;               /* atom → struct events * */
};

struct history *history_new(struct arena *a) {
	struct history *h = ARENA_NEW(a, struct history);
	h->arena = h->events.arena = a;
	return h;
}

void history_add(struct history *h, const struct atom *name, struct data_event event,
		struct slice detail) {
	if (!h)
		return;
	struct events *list = map_get(&h->events, name);
	if (!list) {
		list = ARENA_NEW(h->arena, struct events);
		list->last = &list->first;
		map_put(&h->events, name, list);
	}
	struct event *e = ARENA_NEW(h->arena, struct event);
	e->e = event;
	e->e.detail = arena_str(h->arena, detail);
	*list->last = e;
	list->last = &e->next;
}

size_t history_list(const struct history *h, const struct atom *name, struct data_event *out) {
	const struct events *list = h ? map_get(&h->events, name) : NULL;
	size_t n = 0;
	for (const struct event *e = list ? list->first : NULL; e; e = e->next, n++)
		if (out)
			out[n] = e->e;
	return n;
}
