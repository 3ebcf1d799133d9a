/* Hand-made recipe records for the tests of provider, graph and plan. */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include <stdio.h>

#include "data.h"
#include "map.h"
#include "provider.h"
#include "recipe.h"
#include "util.h"

static struct arena *arena;
static struct recipes records;
static struct data *config;
static char last_error[4096];
static unsigned errors, warnings, notes;

static void catch_message(void *ctx, enum message_level level, const char *text) {
	(void)ctx;
	errors += level == MESSAGE_ERROR;
	warnings += level == MESSAGE_WARN;
	notes += level == MESSAGE_NOTE;
	if (level >= MESSAGE_WARN)
		snprintf(last_error, sizeof last_error, "%s", text);
}

static inline void records_begin(void) {
	arena = arena_new();
	records = (struct recipes){ .v = ARENA_ARRAY(arena, struct recipe, 64) };
	config = data_new(arena);
	errors = warnings = notes = 0;
	last_error[0] = '\0';
	message_sink(catch_message, NULL);
}

static inline void records_end(void) {
	message_sink(NULL, NULL);
	arena_free(arena);
}

static inline struct slices words(const char *text) {
	struct slices list = { 0 };
	slices_words(arena, &list, slice_of(text));
	return list;
}

/* "pn_version": a recipe that provides its PN, with one package of that name and no task. */
static inline struct recipe *record(const char *name) {
	struct recipe *r = &records.v[records.n++];
	struct slice rest = slice_of(name), pn;
	slice_field(&rest, '_', &pn);
	r->pn = pn;
	r->pv = rest;
	r->pe = SLICE("");
	r->pr = SLICE("r0");
	r->id = r->file = arena_printf(arena, "/r/%s.bb", name);
	r->priority = 5;
	slices_add(arena, &r->provides, pn);
	slices_add(arena, &r->packages, pn);
	r->package = ARENA_NEW(arena, struct recipe_package);
	r->package->name = pn;
	r->packages_count = 1;
	return r;
}

static inline void provides(struct recipe *r, const char *names) {
	slices_words(arena, &r->provides, slice_of(names));
}

static inline struct recipe_task *task(struct recipe *r, const char *name, const char *after) {
	struct recipe_task *old = r->task;
	r->task = ARENA_ARRAY(arena, struct recipe_task, r->tasks + 1);
	for (size_t i = 0; i < r->tasks; i++)
		r->task[i] = old[i];
	struct recipe_task *t = &r->task[r->tasks++];
	t->name = atom_of(name);
	t->after = words(after);
	t->base_hash = arena_printf(arena, "base-" SFMT "-%s", SARG(r->pn), name);
	return t;
}

static inline void set(const char *name, const char *value) {
	data_set(config, atom_of(name), slice_of(value));
}

static inline struct providers *indexed(void) {
	data_seal(config);
	return provider_index(arena, config, &records);
}

#endif
