/* record: one description of the layout serves both directions, so they cannot differ. Numbers are
 * 32 bits in the order of this machine: records do not travel. */
#include "record.h"
#include "map.h"
#include "recipe.h"
#include "util.h"

#include <string.h>

/* Writes when out is set, reads from in otherwise. */
struct codec {
	struct buf *out;
	struct slice in;
	struct arena *arena;
	bool wrong;              /* the bytes ended early or hold nonsense: reads give nothing */
};

enum { UNSET = UINT32_MAX };

static uint32_t number(struct codec *c, uint32_t value) {
	if (c->out) {
		buf_add(c->out, (struct slice){ (const char *)&value, sizeof value });
		return value;
	}
	if (c->in.n < sizeof value) {
		c->wrong = true;
		return 0;
	}
	memcpy(&value, c->in.p, sizeof value);
	c->in = slice_sub(c->in, sizeof value, c->in.n);
	return value;
}

/* How many entries follow. Every one takes at least a number, which bounds what is believed. */
static size_t length(struct codec *c, size_t n) {
	n = number(c, (uint32_t)n);
	if (!c->out && n > c->in.n / sizeof(uint32_t)) {
		c->wrong = true;
		return 0;
	}
	return n;
}

static void flag(struct codec *c, bool *value) {
	*value = number(c, *value);
}

static void integer(struct codec *c, int *value) {
	*value = (int)number(c, (uint32_t)*value);
}

static void text(struct codec *c, struct slice *value) {
	uint32_t n = number(c, value->p ? (uint32_t)value->n : (uint32_t)UNSET);
	if (c->out) {
		buf_add(c->out, *value);
		return;
	}
	*value = SLICE_NONE;
	if (n == UNSET)
		return;
	if (n > c->in.n) {
		c->wrong = true;
		return;
	}
	*value = slice_sub(c->in, 0, n);
	c->in = slice_sub(c->in, n, c->in.n);
}

static void list(struct codec *c, struct slices *value) {
	size_t n = length(c, value->n);
	if (!c->out) {
		*value = (struct slices){ .n = n, .cap = n };
		value->v = n ? ARENA_ARRAY(c->arena, struct slice, n) : NULL;
	}
	for (size_t i = 0; i < n; i++)
		text(c, &value->v[i]);
}

static void name(struct codec *c, const struct atom **value) {
	struct slice s = c->out ? atom_slice(*value) : SLICE_NONE;
	text(c, &s);
	if (!c->out)
		*value = atom(s.p ? s : SLICE(""));
}

static void task(struct codec *c, struct recipe_task *t) {
	name(c, &t->name);
	struct slices *lists[] = { &t->after, &t->depends, &t->rdepends, &t->deptask, &t->rdeptask,
		&t->recrdeptask, &t->recideptask, &t->mcdepends, &t->file_checksums, &t->plaindirs,
		&t->inputdirs, &t->outputdirs };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		list(c, lists[i]);
	text(c, &t->stamp_extra);
	text(c, &t->base_hash);
	bool *flags[] = { &t->noexec, &t->nostamp, &t->network, &t->cached };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		flag(c, flags[i]);
}

static void package(struct codec *c, struct recipe_package *p) {
	text(c, &p->name);
	list(c, &p->rprovides);
	list(c, &p->rdepends);
	list(c, &p->rrecommends);
}

static void recipe(struct codec *c, struct recipe *r) {
	struct slice *texts[] = { &r->file, &r->variant, &r->id, &r->pn, &r->pe, &r->pv, &r->pr,
		&r->skipped, &r->layer, &r->stamp, &r->witness, &r->identity_witness };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		text(c, texts[i]);
	struct slices *lists[] = { &r->provides, &r->depends, &r->packages, &r->packages_dynamic,
		&r->rprovides, &r->rdepends, &r->rrecommends, &r->inherits, &r->appends };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		list(c, lists[i]);
	integer(c, &r->priority);
	integer(c, &r->default_preference);
	flag(c, &r->exclude_from_world);
	flag(c, &r->identified);
	r->packages_count = length(c, r->packages_count);
	r->tasks = length(c, r->tasks);
	if (!c->out) {
		r->package = ARENA_ARRAY(c->arena, struct recipe_package, r->packages_count + 1);
		r->task = ARENA_ARRAY(c->arena, struct recipe_task, r->tasks + 1);
	}
	for (size_t i = 0; i < r->packages_count; i++)
		package(c, &r->package[i]);
	for (size_t i = 0; i < r->tasks; i++)
		task(c, &r->task[i]);
}

void record_pack(const struct recipe *r, struct buf *out) {
	struct codec c = { .out = out };
	struct recipe copy = *r;         /* the codec writes back what it wrote */
	recipe(&c, &copy);
}

int record_unpack(struct slice *bytes, struct arena *a, struct recipe *r) {
	struct codec c = { .in = *bytes, .arena = a };
	*r = (struct recipe){ 0 };
	recipe(&c, r);
	*bytes = c.in;
	return c.wrong ? -1 : 0;
}
