/* upkeep: each subcommand reads the inventory of SSTATE_DIR once and goes through it. */
#include "upkeep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "inventory.h"
#include "json.h"
#include "layer.h"
#include "options.h"
#include "shipment.h"
#include "store.h"
#include "util.h"
#include "workspace.h"

enum { DAY = 24 * 60 * 60 };

struct request {
	struct arena *arena;
	const struct options *o;
	struct store *store;
	struct inventory held;
	struct json json;
};

static void print_item(struct request *r, const struct inventory_item *i, const char *why) {
	if (!r->o->json) {
		printf("%s  " SFMT "%s%s\n", i->hash, SARG(i->artefact), *why ? ": " : "", why);
		return;
	}
	json_open(&r->json, SLICE_NONE, '{');
	json_text(&r->json, SLICE("hash"), slice_of(i->hash));
	json_text(&r->json, SLICE("artefact"), i->artefact.n ? i->artefact : SLICE(""));
	json_int(&r->json, SLICE("bytes"), (long long)i->bytes);
	json_int(&r->json, SLICE("used"), i->used);
	if (*why)
		json_text(&r->json, SLICE("why"), slice_of(why));
	json_close(&r->json, '}');
}

/* --- stats --- */

static uint64_t cpu_seconds(const struct inventory *v) {
	uint64_t ms = 0;
	for (size_t i = 0; i < v->n; i++)
		ms += v->item[i].cpu_ms;
	return ms / 1000;
}

static int stats(struct request *r) {
	const struct inventory *v = &r->held;
	if (r->o->json) {
		json_open(&r->json, SLICE_NONE, '{');
		json_text(&r->json, SLICE("dir"), slice_of(v->dir));
		json_int(&r->json, SLICE("artefacts"), (long long)v->n);
		json_int(&r->json, SLICE("bytes"), (long long)v->bytes);
		json_int(&r->json, SLICE("cpu_seconds"), (long long)cpu_seconds(v));
		json_int(&r->json, SLICE("set_aside"), (long long)v->damaged);
		json_int(&r->json, SLICE("longest_unused"), v->n ? v->item[0].used : 0);
		json_close(&r->json, '}');
		return 0;
	}
	printf("%s: %zu artefacts, %.1f MB, made in %llu seconds of CPU\n", v->dir, v->n,
			(double)v->bytes / 1e6, (unsigned long long)cpu_seconds(v));
	if (v->n)
		printf("the longest unused: %lld days\n",
				(long long)(time(NULL) - v->item[0].used) / DAY);
	if (v->damaged)
		printf("%zu set aside or left over: `bake cache gc` removes them\n", v->damaged);
	return 0;
}

/* --- verify --- */

static int verify(struct request *r) {
	size_t bad = 0;
	if (r->o->json)
		json_open(&r->json, SLICE_NONE, '[');
	for (size_t i = 0; i < r->held.n; i++) {
		struct arena *a = arena_new();
		struct slice why;
		if (store_verify(r->store, r->held.item[i].hash, a, &why) < 0) {
			print_item(r, &r->held.item[i], arena_str(a, why));
			bad++;
		}
		arena_free(a);
	}
	if (r->o->json)
		json_close(&r->json, ']');
	else
		printf("%zu artefacts are whole, %zu are not\n", r->held.n - bad, bad);
	return bad ? 1 : 0;
}

/* --- gc --- */

static int64_t earlier(int64_t a, int64_t b) {
	return a < b ? a : b;
}

/* The oldest go first; what a build at work may want has been used since it began. */
static int gc(struct request *r) {
	const struct options *o = r->o;
	struct inventory *v = &r->held;
	int64_t now = time(NULL), lease = inventory_oldest_lease(r->arena, v->dir);
	int64_t oldest = o->max_age ? now - (int64_t)o->max_age * DAY : 0;
	uint64_t most = o->max_size ? (uint64_t)o->max_size * 1000000 : UINT64_MAX, freed = 0;
	size_t n = 0, failed = 0;
	if (o->json)
		json_open(&r->json, SLICE_NONE, '[');
	for (size_t i = 0; i < v->n; i++) {
		const struct inventory_item *item = &v->item[i];
		if (item->used >= lease || (item->used >= oldest && v->bytes - freed <= most))
			break;
		print_item(r, item, item->used < oldest ? "too old" : "too much");
		if (!o->dry_run && inventory_remove(item) < 0) {
			error("%s: %s", item->file, strerror(errno));
			failed++;
			continue;
		}
		freed += item->bytes;
		n++;
	}
	if (!o->dry_run)
		inventory_sweep(v, o->max_age ? earlier(oldest, lease) : earlier(now, lease),
			earlier(oldest, lease));
	if (o->json)
		json_close(&r->json, ']');
	else
		printf("%zu artefacts, %.1f MB %s; %zu, %.1f MB stay\n", n, (double)freed / 1e6,
				o->dry_run ? "would go" : "removed", v->n - n,
				(double)(v->bytes - freed) / 1e6);
	return failed ? 1 : 0;
}

/* --- the command --- */

static const struct {
	const char *name;
	int (*run)(struct request *r);
} subcommands[] = {
	{ "stats", stats },
	{ "verify", verify },
	{ "gc", gc },
	{ "push", NULL },        /* shipment's */
	{ "pull", NULL },
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

static int usage(struct arena *a, struct slice word) {
	struct slices names = { 0 };
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		slices_add(a, &names, slice_of(subcommands[i].name));
	error("cache" SFMT SFMT ": it is one of " SFMT, SARG(word.n ? SLICE(" ") : word), SARG(word),
			SARG(slices_join(a, &names, ", ")));
	return 2;
}

/* What is asked for needs the configuration alone. */
static int open_request(struct request *r, bool exclusive) {
	struct workspace *w = workspace_find(r->arena, r->o);
	struct store_options settings;
	if (!w || workspace_configure(w, r->o) < 0)
		return -1;
	store_settings(w->config->data, r->arena, &settings);
	if (!settings.dir) {
		error("cache: SSTATE_DIR is not set: nothing is kept");
		return -1;
	}
	r->store = store_open(r->arena, &settings);
	if (!r->store)
		return -1;
	if (exclusive)
		store_gate(settings.dir, true);  /* until this process ends */
	if (inventory_read(r->arena, settings.dir, &r->held) == 0)
		return 0;
	error("%s: %s", settings.dir, strerror(errno));
	return -1;
}

int upkeep_command(struct arena *a, const struct options *o) {
	struct slice word = o->words.n ? o->words.v[0] : SLICE_NONE;
	size_t i = 0;
	while (i < SUBCOMMANDS && !slice_is(word, subcommands[i].name))
		i++;
	if (slice_is(word, "push"))
		return shipment_push(a, o);
	if (slice_is(word, "pull"))
		return shipment_pull(a, o);
	if (i == SUBCOMMANDS || o->words.n > 1)
		return usage(a, i == SUBCOMMANDS ? word : o->words.v[1]);
	if (subcommands[i].run == gc && !o->max_age && !o->max_size) {
		error("cache gc: say what may stay: --max-age DAYS, --max-size MB");
		return 2;
	}
	struct request r = { .arena = a, .o = o, .json = { .out = stdout } };
	return open_request(&r, subcommands[i].run == gc) < 0 ? 1 : subcommands[i].run(&r);
}
