/* resolve: the step between reading the configuration and making the graph. Parsing never asks the
 * network: it finds in the lock what this step put there, and when all is there this step does
 * nothing.
 *
 * Invariants: the server is asked once a run, within OPENEULER_TIMEOUT seconds, and again only when
 * a package could not be had from it; a recipe's channel changes only where its stanza is made. */
#include "resolve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data.h"
#include "download.h"
#include "eval.h"
#include "graph.h"
#include "hash.h"
#include "layer.h"
#include "lock.h"
#include "map.h"
#include "net.h"
#include "options.h"
#include "os.h"
#include "package.h"
#include "provider.h"
#include "recipe.h"
#include "source.h"
#include "util.h"
#include "workspace.h"

#define OPENEULER SLICE("openeuler")
#define UPSTREAM SLICE("upstream")
#define NO_ANSWER "openEuler unreachable"

/* --- is openEuler there? --- */

static bool has_pins(struct data *d) {
	struct map flags = { .arena = data_arena(d) };
	data_flags(d, atom_of("OPENEULER_PIN"), &flags);
	return map_count(&flags) > 0;
}

static struct slice server_of(struct arena *a, struct data *d) {
	return arena_dup(a, data_text(d, "OPENEULER_SERVER"));
}

/* The repository that is asked about: any will do, the first in order is taken. */
static const char *address_to_ask(struct arena *a, struct data *d) {
	struct slice server = server_of(a, d);
	if (slice_starts(server, "git://"))
		return server.p;
	return arena_printf(a, SFMT "/src-openeuler/zlib.git/info/refs?service=git-upload-pack",
		SARG(server)).p;
}

/* What the server said, for all recipes of this process. */
static enum { UNKNOWN, YES, NO } known;

/* *why in arena a when it is not there. */
static bool answers(struct arena *a, struct data *d, struct slice *why) {
	static char reason[512];
	struct slice server = server_of(a, d), said = SLICE("");
	struct slice bundle = data_text(d, "BB_CA_BUNDLE");
	unsigned seconds = data_number(d, "OPENEULER_TIMEOUT", 0);
	struct net_request r = { .url = address_to_ask(a, d),
		.connect_s = seconds ? seconds : 10,
		.ca_bundle = bundle.n ? arena_str(a, bundle) : NULL };
	if (known == UNKNOWN && slice_starts(server, "file://")) {
		known = YES;                 /* a mirror on a disk */
	} else if (!uri_host_allowed(a, server, data_text(d, "BB_ALLOWED_NETWORKS"))) {
		*why = arena_printf(a, SFMT ": BB_ALLOWED_NETWORKS does not name it",
			SARG(text_mask(a, server)));
		return false;
	} else if (known == UNKNOWN) {
		net_offline(data_true(d, "BB_NO_NETWORK") ? "BB_NO_NETWORK is set" : NULL);
		bool there = net_answers(a, &r, &said);
		known = there ? YES : NO;
		snprintf(reason, sizeof reason, "%s: " SFMT, text_mask(a, server).p, SARG(said));
	}
	*why = slice_of(reason);
	return known == YES;
}

/* --- the channel of the whole --- */

/* Drops what was resolved when the answer was another one. */
static void forget_channel(struct lock *l) {
	for (size_t i = l->n; i-- > 0;) {
		struct slice text = l->entry[i].text;
		if (slice_eq(lock_value(text, "channel"), OPENEULER)
			|| lock_value(text, "reason").p)
			lock_drop(l, l->entry[i].recipe, l->entry[i].target);
	}
}

static struct slice find_channel(struct workspace *w, struct slice wanted, struct slice *reason) {
	struct data *d = w->config->data;
	struct slice why;
	*reason = SLICE("");
	if (wanted.n || !has_pins(d))
		return wanted.n ? wanted : UPSTREAM;
	if (answers(w->arena, d, &why))
		return OPENEULER;
	*reason = arena_printf(w->arena, NO_ANSWER ": " SFMT, SARG(why));
	warn(SFMT ": sources are the upstream releases; bake lock asks again", SARG(*reason));
	return UPSTREAM;
}

/* Settles the channel if the lock or SOURCE_CHANNEL says it, or if the server is to be asked. True when
 * the configuration must be read again. */
static bool settle(struct workspace *w, bool ask) {
	struct lock *l = w->lock;
	struct slice wanted = data_text(w->config->data, "SOURCE_CHANNEL"), reason;
	struct slice before = data_text(w->config->data, "SOURCES_CHANNEL");
	if (wanted.n && !slice_eq(wanted, OPENEULER) && !slice_eq(wanted, UPSTREAM))
		raise_error("SOURCE_CHANNEL: \"" SFMT "\": it is openeuler, upstream or empty",
			SARG(wanted));
	if (l->channel.n ? !wanted.n || slice_eq(wanted, l->channel) : !wanted.n && !ask)
		return false;
	if (l->channel.n)
		forget_channel(l);
	bool forgot = l->channel.n > 0;
	struct slice channel = find_channel(w, wanted, &reason);
	lock_settle(l, channel, reason);
	return forgot || !slice_eq(before, channel);
}

int resolve_open(struct workspace *w, const struct options *o) {
	if (workspace_configure(w, o) < 0)
		return -1;
	if (w->lock && settle(w, false) && workspace_configure(w, o) < 0)
		return -1;
	return workspace_recipes(w);
}

/* Does what the graph has of this recipe depend on the channel? SOURCES_CHANNEL_DECIDES lists what is
 * provided by another recipe in another channel. */
static bool follows_channel(struct data *d, const struct recipe *r) {
	struct slice decided = data_text(d, "SOURCES_CHANNEL_DECIDES");
	if (slices_has(&r->inherits, SLICE("openeuler-source")))
		return true;
	for (struct slice name; slice_word(&decided, &name);)
		if (slices_has(&r->provides, name))
			return true;
	return false;
}

/* Asks, once the graph tells that the answer matters. True: the recipes were read for another channel. */
static bool settle_for(struct workspace *w, const struct graph *g) {
	for (uint32_t i = 0; i < g->count && !w->lock->channel.n; i++)
		if (follows_channel(w->config->data, g->task[i].recipe))
			return settle(w, true);
	return false;
}

/* --- one recipe --- */

struct resolver {
	struct workspace *w;
	struct lock *lock;
	struct slice target;     /* TARGET_ARCH of the build */
	bool complete;           /* sources are fetched, so that their sizes are known */
};

static void begin_stanza(struct resolver *r, struct buf *b, const struct recipe *recipe,
		struct slice channel) {
	buf_addf(b, "recipe " SFMT "\ntarget " SFMT "\nchannel " SFMT "\n", SARG(recipe->pn),
		SARG(r->target), SARG(channel));
}

/* The sha256 that the recipe gives; of a file of its layer, the one it has. */
static struct slice sum_of(struct arena *a, const struct source *s) {
	char hex[HASH_HEX];
	if (s->kind != SOURCE_LOCAL)
		return slices_join(a, &s->sums[HASH_SHA256], ",");
	return s->path && hash_file(HASH_SHA256, s->path, hex) == 0 ? arena_dup(a, slice_of(hex))
								     : SLICE("");
}

static void add_file(struct resolver *r, struct buf *b, const struct source *s) {
	struct slice sum = sum_of(b->arena, s);
	struct stat st;
	buf_addf(b, "url " SFMT, SARG(text_mask(b->arena, s->uri.text)));
	if (sum.n)
		buf_addf(b, " sha256=" SFMT, SARG(sum));
	if (r->complete && stat(s->path, &st) == 0)
		buf_addf(b, " size=%" PRIu64, (uint64_t)st.st_size);
	buf_addc(b, '\n');
}

/* A patch that comes with the recipe, as lines of packages have it. */
static void add_patch(struct buf *b, const struct source *s) {
	struct slice strip = uri_param(&s->uri, "striplevel"), sum = sum_of(b->arena, s);
	struct stat st;
	if (!sum.n || stat(s->path, &st))
		return;                      /* do_fetch says it */
	buf_addf(b, "patch " SFMT " sha256=" SFMT " size=%" PRIu64 " strip=" SFMT "\n",
		SARG(os_basename(slice_of(s->path))), SARG(sum), (uint64_t)st.st_size,
		SARG(strip.n ? strip : SLICE("1")));
}

static void add_urls(struct resolver *r, struct buf *b, const struct sources *all) {
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].kind == SOURCE_GIT)
			buf_addf(b, "url " SFMT " commit=" SFMT "\n",
				SARG(text_mask(b->arena, all->v[i].uri.text)),
				SARG(all->v[i].commit));
		else if (all->v[i].kind == SOURCE_REMOTE)
			add_file(r, b, &all->v[i]);
	}
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == SOURCE_LOCAL && source_is_patch(&all->v[i]))
			add_patch(b, &all->v[i]);
}

static bool is_remote(const struct sources *all) {
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == SOURCE_GIT || all->v[i].kind == SOURCE_REMOTE)
			return true;
	return false;
}

/* What was written on several lines: a stanza has one. */
static struct slice one_line(struct arena *a, struct slice text) {
	struct slices lines = { 0 };
	for (struct slice line; slice_field(&text, '\n', &line);)
		slices_add(a, &lines, slice_trim(line));
	return slices_join(a, &lines, " ");
}

/* reason: why it is not openEuler's; unset when nothing else was wanted. */
static void put_upstream(struct resolver *r, struct buf *b, const struct recipe *recipe,
		struct data *d, struct slice reason) {
	struct sources all = source_list(d);
	if (r->complete && is_remote(&all))
		download_all(d);
	begin_stanza(r, b, recipe, UPSTREAM);
	if (reason.n)
		buf_addf(b, "reason " SFMT "\n", SARG(reason));
	buf_addf(b, "version " SFMT "\nlicence " SFMT "\n", SARG(data_text(d, "PV")),
		SARG(one_line(b->arena, data_text(d, "LICENSE"))));
	add_urls(r, b, &all);
}

/* The package that openEuler has of the recipe: OPENEULER_PIN[OPENEULER_NAME] = "URL COMMIT". */
struct pin {
	struct slice name, url, commit;
};

/* Is there none although the recipe asks for one? */
static bool lacks_pin(struct data *d, struct slice name) {
	struct slice text;
	return name.n && eval_inherits(d, SLICE("openeuler-source"))
		&& !data_get_flag(d, atom_of("OPENEULER_PIN"), atom(name), true, &text);
}

static bool find_pin(struct data *d, struct pin *p) {
	struct slice text;
	p->name = arena_dup(data_arena(d), data_text(d, "OPENEULER_NAME"));
	if (!eval_inherits(d, SLICE("openeuler-source")) || !p->name.n
			|| !data_get_flag(d, atom_of("OPENEULER_PIN"), atom(p->name), true, &text))
		return false;
	if (!slice_word(&text, &p->url) || !slice_word(&text, &p->commit)
		|| !(hash_is_hex(HASH_SHA1, p->commit) || hash_is_hex(HASH_SHA256, p->commit)))
		raise_error("OPENEULER_PIN[" SFMT "]: it must be \"URL COMMIT\" with a full commit",
			SARG(p->name));
	return true;
}

/* SRC_URI's SRPM; NULL when there is none. */
static const struct source *find_srpm(const struct sources *all) {
	for (size_t i = 0; i < all->n; i++) {
		const struct source *s = &all->v[i];
		struct slice name = s->kind == SOURCE_LOCAL ? s->uri.path : SLICE("");
		if (s->kind == SOURCE_REMOTE && s->path)
			name = slice_of(s->path);
		if (slice_ends(name, ".src.rpm"))
			return s;
	}
	return NULL;
}

static const char *scratch_dir(struct resolver *r, const struct recipe *recipe) {
	return arena_printf(r->w->arena, SFMT "/lock/" SFMT,
		SARG(data_text(r->w->config->data, "TMPDIR")), SARG(recipe->pn)).p;
}

static void put_package(struct resolver *r, struct buf *b, const struct recipe *recipe,
		const struct package_request *p) {
	begin_stanza(r, b, recipe, p->commit.p ? OPENEULER : UPSTREAM);
	buf_addf(b, "package " SFMT "\n", SARG(text_mask(b->arena, p->url)));
	if (p->commit.p)
		buf_addf(b, "commit " SFMT "\n", SARG(p->commit));
	else
		buf_addf(b, "sha256 " SFMT "\n", SARG(p->sha256));
	package_read(p, b);
}

static _Noreturn void refuse(const struct recipe *recipe, const struct pin *p, struct slice why) {
	raise_error(SFMT ": SOURCE_CHANNEL is \"openeuler\" and " SFMT " cannot be had: " SFMT,
		SARG(recipe->pn), SARG(p->url), SARG(why));
}

/* The package, or *why not. */
static bool try_openeuler(struct resolver *r, struct buf *b, const struct recipe *recipe,
		struct data *d, const struct pin *pin, struct slice *why) {
	struct trap trap;
	struct package_request p = { .d = d,
		.url = pin->url,
		.commit = pin->commit,
		.name = pin->name,
		.tree = data_is(d, "OPENEULER_TREE", "1"),
		.scratch = scratch_dir(r, recipe) };
	if (!answers(b->arena, d, why)) {
		*why = arena_printf(b->arena, NO_ANSWER ": " SFMT, SARG(*why));
		return false;
	}
	if (!p.tree)
		package_demand_tools();
	if (TRAP(&trap)) {
		put_package(r, b, recipe, &p);
		trap_end(&trap);
		return true;
	}
	*why = arena_dup(b->arena, trap.error.message);
	/* If it was the server, the next recipe must not wait for it as well. */
	struct slice gone;
	known = UNKNOWN;
	answers(b->arena, d, &gone);
	return false;
}

static void put_openeuler(struct resolver *r, struct buf *b, const struct recipe *recipe,
		struct data *d, const struct pin *pin) {
	struct slice why, channel = data_text(d, "SOURCE_CHANNEL");
	if (!slice_eq(channel, OPENEULER) && slice_eq(r->lock->channel, UPSTREAM)) {
		put_upstream(r, b, recipe, d, r->lock->reason);
		return;
	}
	if (try_openeuler(r, b, recipe, d, pin, &why))
		return;
	if (slice_eq(channel, OPENEULER))
		refuse(recipe, pin, why);
	why = one_line(b->arena, why);
	warn(SFMT ": upstream's release in place of openEuler's package: " SFMT, SARG(recipe->pn),
		SARG(why));
	b->n = 0;
	/* The store was given the package for its SRC_URI: take a fresh one. */
	d = recipe_data(r->w->config, recipe->id, b->arena);
	put_upstream(r, b, recipe, d, why);
}

/* Upstream's release of a recipe without a pin; why it is that, when it is not the recipe's own
 * choice, nor that of SOURCE_CHANNEL. */
static struct slice unpinned(struct buf *b, const struct recipe *recipe, struct data *d) {
	struct slice name = data_text(d, "OPENEULER_NAME");
	if (data_is(d, "SOURCE_CHANNEL", "upstream") || !lacks_pin(d, name))
		return SLICE("");
	if (data_is(d, "SOURCE_CHANNEL", "openeuler"))
		raise_error(SFMT ": SOURCE_CHANNEL is \"openeuler\" and there is no OPENEULER_PIN[" SFMT
			"]: add it (\"URL COMMIT\"), or set SOURCE_CHANNEL:pn-" SFMT " = \"upstream\"",
			SARG(recipe->pn), SARG(name), SARG(recipe->pn));
	warn(SFMT ": upstream's release, for there is no OPENEULER_PIN[" SFMT
		"]: add it (\"URL COMMIT\"), or set OPENEULER_NAME = \"\" when openEuler has none",
		SARG(recipe->pn), SARG(name));
	return arena_printf(b->arena, "no OPENEULER_PIN[" SFMT "]", SARG(name));
}

static void put_stanza(struct resolver *r, struct buf *b, const struct recipe *recipe) {
	struct data *d = recipe_data(r->w->config, recipe->id, b->arena);
	struct sources all = source_list(d);
	const struct source *srpm = find_srpm(&all);
	struct pin pin;
	if (find_pin(d, &pin) && !data_is(d, "SOURCE_CHANNEL", "upstream")) {
		put_openeuler(r, b, recipe, d, &pin);
	} else if (srpm) {
		if (srpm->kind == SOURCE_LOCAL)
			source_path(d, srpm);
		struct package_request p = { .d = d,
			.url = srpm->uri.text,
			.sha256 = sum_of(b->arena, srpm),
			.name = data_text(d, "BPN"),
			.scratch = scratch_dir(r, recipe) };
		put_package(r, b, recipe, &p);
	} else if (is_remote(&all)) {
		put_upstream(r, b, recipe, d, unpinned(b, recipe, d));
	}
}

/* Its stanza; empty text when it has no source that could be elsewhere. −1: reported. */
static int make_stanza(struct resolver *r, const struct recipe *recipe, struct arena *a,
		struct slice *text) {
	struct buf b = { .arena = a };
	struct trap trap;
	if (TRAP(&trap)) {
		put_stanza(r, &b, recipe);
		trap_end(&trap);
		*text = buf_slice(&b);
		return 0;
	}
	if (!trap.error.file.p)
		trap.error.file = recipe->file;
	fault_report(&trap.error);
	return -1;
}

static int resolve_recipe(struct resolver *r, const struct recipe *recipe) {
	struct arena *a = arena_new();
	struct lock_entry e = { .recipe = recipe->pn, .target = r->target };
	int result = make_stanza(r, recipe, a, &e.text);
	if (result == 0 && e.text.n)
		lock_put(r->lock, &e);
	arena_free(a);
	return result;
}

/* --- all recipes of a graph --- */

static struct resolver resolver_for(struct workspace *w) {
	return (struct resolver){ .w = w, .lock = w->lock,
		.target = data_text(w->config->data, "TARGET_ARCH") };
}

/* Steps over the recipes whose sources the graph fetches. */
static const struct recipe *next_fetched(const struct graph *g, uint32_t *i) {
	const struct atom *fetch = atom_of("do_fetch");
	while (*i < g->count) {
		const struct task *t = &g->task[(*i)++];
		if (t->spec->name == fetch && !t->spec->noexec)
			return t->recipe;
	}
	return NULL;
}

/* *added receives the recipes that have a stanza now. */
static int resolve_missing(struct resolver *r, const struct graph *g, struct slices *added) {
	const struct recipe *recipe;
	int result = 0;
	for (uint32_t i = 0; (recipe = next_fetched(g, &i));) {
		if (lock_find(r->lock, recipe->pn, r->target))
			continue;
		if (resolve_recipe(r, recipe) < 0)
			result = -1;
		else if (lock_find(r->lock, recipe->pn, r->target))
			slices_add(r->w->arena, added, recipe->pn);
	}
	return result;
}

/* Is it that of this build directory, which nobody keeps? */
static bool is_own(const struct workspace *w) {
	return slice_starts(slice_of(w->lock->path), arena_printf(w->arena, "%s/", w->topdir).p);
}

int resolve_sources(struct workspace *w, const struct graph *g) {
	if (!w->lock)
		return 0;
	if (settle_for(w, g))
		return 1;
	struct resolver r = resolver_for(w);
	struct slices added = { 0 };
	if (resolve_missing(&r, g, &added) < 0)
		return -1;
	if (added.n && !is_own(w))
		note("%s: added, for it had nothing of them: " SFMT, w->lock->path,
			SARG(slices_join(w->arena, &added, " ")));
	return added.n ? 1 : 0;
}

/* " size=N" of the file of a url line that lacks it; empty when it is not there or no file. */
static struct slice size_of(struct arena *a, const struct sources *all, struct slice line) {
	struct stat st;
	if (!slice_starts(line, "url ") || !slice_find(line, " sha256=", NULL)
		|| slice_find(line, " size=", NULL))
		return SLICE("");
	for (size_t i = 0; i < all->n; i++) {
		const struct source *s = &all->v[i];
		const char *url = arena_printf(a, "url " SFMT " ", SARG(text_mask(a, s->uri.text))).p;
		if (s->kind == SOURCE_REMOTE && slice_starts(line, url) && stat(s->path, &st) == 0)
			return arena_printf(a, " size=%" PRIu64, (uint64_t)st.st_size);
	}
	return SLICE("");
}

static void measure_recipe(struct resolver *r, const struct recipe *recipe,
		const struct lock_entry *e) {
	struct arena *a = arena_new();
	struct sources all = source_list(recipe_data(r->w->config, recipe->id, a));
	struct buf b = { .arena = a };
	struct slice text = e->text;
	for (struct slice line; text.p && slice_field(&text, '\n', &line);)
		if (line.n)
			buf_addf(&b, SFMT SFMT "\n", SARG(line), SARG(size_of(a, &all, line)));
	struct lock_entry new = { .recipe = e->recipe, .target = e->target, .text = buf_slice(&b) };
	lock_put(r->lock, &new);
	arena_free(a);
}

void resolve_measure(struct workspace *w, const struct graph *g) {
	const struct atom *fetch = atom_of("do_fetch");
	if (!w->lock || !is_own(w))
		return;
	struct resolver r = resolver_for(w);
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		const struct lock_entry *e = lock_find(w->lock, t->recipe->pn, r.target);
		if (e && t->spec->name == fetch && t->plan == PLAN_RUN && t->state == TASK_DONE)
			measure_recipe(&r, t->recipe, e);
	}
	lock_write(w->lock);
}

void resolve_summary(const struct workspace *w, const struct graph *g) {
	unsigned openeuler = 0, upstream = 0;
	const struct recipe *recipe;
	struct slice target = data_text(w->config->data, "TARGET_ARCH");
	if (!w->lock || (!w->lock->reason.n && !slice_eq(w->lock->channel, OPENEULER)))
		return;
	for (uint32_t i = 0; (recipe = next_fetched(g, &i));) {
		const struct lock_entry *e = lock_find(w->lock, recipe->pn, target);
		if (e && slice_eq(lock_value(e->text, "channel"), OPENEULER))
			openeuler++;
		else if (e)
			upstream++;
	}
	if (openeuler + upstream)
		note("sources: %u openeuler, %u upstream%s" SFMT, openeuler, upstream,
			w->lock->reason.n ? ": " : "", SARG(w->lock->reason));
}

/* --- bake lock --- */

static struct graph *make_graph(struct workspace *w, const struct options *o) {
	struct slices all = { 0 };
	slices_add(w->arena, &all, SLICE("world"));
	struct slice task = data_text(w->config->data, "BB_DEFAULT_TASK");
	struct targets targets = graph_targets(w->arena, w->providers,
		o->words.n ? &o->words : &all, task.n ? task : SLICE("build"));
	return graph_build(w->arena, w->providers, &targets);
}

/* " 0123456789ab": what pins the first source of a stanza. */
static struct slice pin_of(struct arena *a, struct slice text) {
	static const char *const marks[] = { " commit=", " sha256=" };
	struct slice pin = lock_value(text, "commit"), url = lock_value(text, "url");
	size_t at;
	for (size_t i = 0; !pin.n && url.n && i < sizeof marks / sizeof *marks; i++)
		if (slice_find(url, marks[i], &at))
			pin = slice_sub(url, at + strlen(marks[i]), url.n);
	if (!pin.n)
		pin = lock_value(text, "sha256");
	return pin.n ? arena_printf(a, " " SFMT, SARG(slice_sub(pin, 0, 12))) : SLICE("");
}

static struct slice describe(struct arena *a, const struct lock_entry *e) {
	if (!e)
		return SLICE("nothing");
	return text_plain(a, arena_printf(a, SFMT " " SFMT SFMT, SARG(lock_value(e->text, "channel")),
		SARG(lock_value(e->text, "version")), SARG(pin_of(a, e->text))));
}

static bool has_line(struct slice text, struct slice wanted) {
	for (struct slice line; text.p && slice_field(&text, '\n', &line);)
		if (slice_eq(line, wanted))
			return true;
	return false;
}

/* The lines of a stanza that the other does not have. */
static void print_lines(struct arena *a, char mark, struct slice text, struct slice other) {
	for (struct slice line; text.p && slice_field(&text, '\n', &line);)
		if (!has_line(other, line))
			printf("  %c " SFMT "\n", mark, SARG(text_plain(a, line)));
}

/* Old → new, a line each, of what is not as it was; when that looks the same, the lines that differ. */
static void print_changes(struct workspace *w, const struct lock *old) {
	struct slice target = data_text(w->config->data, "TARGET_ARCH");
	for (size_t i = 0; i < w->lock->n; i++) {
		const struct lock_entry *e = &w->lock->entry[i];
		const struct lock_entry *was = lock_find(old, e->recipe, e->target);
		if (!slice_eq(e->target, target) || (was && slice_eq(was->text, e->text)))
			continue;
		struct slice before = describe(w->arena, was), now = describe(w->arena, e);
		printf(SFMT ": " SFMT " → " SFMT "\n", SARG(e->recipe), SARG(before), SARG(now));
		if (!slice_eq(before, now))
			continue;
		print_lines(w->arena, '-', was->text, e->text);
		print_lines(w->arena, '+', e->text, was->text);
	}
}

static bool is_asked(const struct options *o, struct slice recipe) {
	return o->words.n == 0 || slices_has(&o->words, recipe);
}

/* The lock without what is to be resolved anew: with --update the recipes named (all without a
 * name), else everything for this target. */
static struct lock *begin_anew(struct workspace *w, const struct options *o) {
	const struct lock *old = w->lock;
	struct slice target = data_text(w->config->data, "TARGET_ARCH");
	struct lock *fresh = lock_new(w->arena, old->path);
	if (o->update && o->words.n)
		lock_settle(fresh, old->channel, old->reason);
	for (size_t i = 0; i < old->n; i++) {
		bool again = slice_eq(old->entry[i].target, target)
			&& (!o->update || is_asked(o, old->entry[i].recipe));
		if (!again)
			lock_put(fresh, &old->entry[i]);
	}
	fresh->changed = true;
	return fresh;
}

/* Resolves until the graph that the lock leads to is in it. */
static int resolve_all(struct workspace *w, const struct options *o) {
	if (resolve_open(w, o) < 0)
		return -1;
	for (;;) {
		struct graph *g = make_graph(w, o);
		if (!g)
			return -1;
		struct resolver r = resolver_for(w);
		r.complete = true;
		struct slices added = { 0 };
		bool more = settle_for(w, g);
		if (!more && resolve_missing(&r, g, &added) < 0)
			return -1;
		if (!more && added.n == 0) {
			resolve_summary(w, g);
			return 0;
		}
		if (workspace_open(w, o) < 0)
			return -1;
	}
}

static int write_lock(struct workspace *w, const struct options *o) {
	const struct lock *old = w->lock;
	w->lock = begin_anew(w, o);
	if (resolve_all(w, o) < 0)
		return 1;
	print_changes(w, old);
	if (lock_write(w->lock) < 0)
		return 1;
	note("%s: %zu source%s", w->lock->path, w->lock->n, w->lock->n == 1 ? "" : "s");
	return 0;
}

/* --- bake lock --check --- */

/* A stanza without what only a download or a server's silence tells. */
static struct slice comparable(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	for (struct slice line; text.p && slice_field(&text, '\n', &line);) {
		size_t at;
		if (!line.n || slice_starts(line, "reason "))
			continue;
		if (slice_starts(line, "url ") && slice_find(line, " size=", &at))
			line = slice_sub(line, 0, at);
		buf_addf(&b, SFMT "\n", SARG(line));
	}
	return buf_slice(&b);
}

/* Locks of before may have passwords: both sides are masked. */
static bool same_place(struct arena *a, struct slice url, struct slice locked) {
	return slice_eq(text_mask(a, url), text_mask(a, locked));
}

/* Does the stanza say what the recipe, read without a lock, says? A package is compared by its pin:
 * what is in it cannot have changed. */
static bool agrees(struct resolver *r, const struct recipe *recipe, const struct lock_entry *e,
		struct buf *said) {
	struct data *d = recipe_data(r->w->config, recipe->id, said->arena);
	struct slice commit = lock_value(e->text, "commit"),
		     package = lock_value(e->text, "package");
	struct sources all = source_list(d);
	const struct source *srpm = find_srpm(&all);
	struct pin pin;
	bool pinned = find_pin(d, &pin) && !data_is(d, "SOURCE_CHANNEL", "upstream");
	if (commit.n) {
		buf_addf(said, SFMT " " SFMT, SARG(pinned ? pin.url : SLICE("no pin")),
			SARG(pinned ? pin.commit : SLICE("")));
		return pinned && slice_eq(pin.commit, commit) &&
			same_place(said->arena, pin.url, package);
	}
	if (package.n) {
		struct slice sum = srpm ? sum_of(said->arena, srpm) : SLICE("");
		buf_addf(said, SFMT " " SFMT, SARG(srpm ? srpm->uri.text : SLICE("no SRPM")), SARG(sum));
		return srpm && same_place(said->arena, srpm->uri.text, package)
			&& slice_eq(sum, lock_value(e->text, "sha256"));
	}
	put_upstream(r, said, recipe, d, SLICE(""));
	return slice_eq(comparable(said->arena, buf_slice(said)), comparable(said->arena, e->text));
}

static bool check_recipe(struct resolver *r, const struct lock *l, const struct recipe *recipe) {
	const struct lock_entry *e = lock_find(l, recipe->pn, r->target);
	struct arena *a = arena_new();
	struct buf said = { .arena = a };
	struct sources all = source_list(recipe_data(r->w->config, recipe->id, a));
	bool fine = e ? agrees(r, recipe, e, &said) : !is_remote(&all);
	if (!fine && !e)
		error(SFMT ": not in %s: bake lock --update " SFMT, SARG(recipe->pn), l->path,
			SARG(recipe->pn));
	else if (!fine)
		error(SFMT ": %s disagrees: bake lock --update " SFMT "\n  recipe: " SFMT
			   "\n  lock:   " SFMT,
			SARG(recipe->pn), l->path, SARG(recipe->pn),
			SARG(one_line(a, buf_slice(&said))),
			SARG(one_line(a, comparable(a, e->text))));
	arena_free(a);
	return fine;
}

/* Recipes are read as they are without stanzas; the channel, which chooses the kernel, stays. */
static int check_lock(struct workspace *w, const struct options *o) {
	struct lock *l = w->lock;
	const struct recipe *recipe;
	unsigned bad = 0;
	w->lock = lock_new(w->arena, l->path);
	lock_settle(w->lock, l->channel, l->reason);
	if (workspace_open(w, o) < 0)
		return 1;
	struct graph *g = make_graph(w, o);
	struct resolver r = resolver_for(w);
	if (!g)
		return 1;
	for (uint32_t i = 0; (recipe = next_fetched(g, &i));)
		bad += !check_recipe(&r, l, recipe);
	if (!bad)
		note("%s: agrees with the recipes", l->path);
	return bad ? 1 : 0;
}

int resolve_lock(struct arena *a, const struct options *o) {
	if (o->check && o->update) {
		error("lock: --check compares and --update changes: one of them");
		return 2;
	}
	struct workspace *w = workspace_find(a, o);
	if (!w || workspace_lock(w) < 0 || workspace_configure(w, o) < 0)
		return 1;
	if (!w->lock) {
		error("lock: SOURCES_LOCK is not set: it names the file");
		return 1;
	}
	return o->check ? check_lock(w, o) : write_lock(w, o);
}
