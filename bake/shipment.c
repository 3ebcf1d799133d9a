/* shipment: one look at what the other end has, then some processes that carry, each taking the
 * next artefact from a shared count. An artefact's provenance goes last: who sees it sees the whole.
 * Whatever is stopped goes on where it stopped when it is asked for again. */
#include "shipment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agenda.h"
#include "data.h"
#include "graph.h"
#include "hash.h"
#include "inventory.h"
#include "json.h"
#include "layer.h"
#include "map.h"
#include "offer.h"
#include "options.h"
#include "os.h"
#include "pack.h"
#include "peer.h"
#include "proc.h"
#include "provenance.h"
#include "recipe.h"
#include "same.h"
#include "store.h"
#include "util.h"
#include "workspace.h"

enum { CARRIERS = 8, PROGRESS_MS = 5000, WAIT_MS = 20 };

/* --- carriers --- */

struct tally {
	size_t next, done, failed;
	uint64_t bytes;
};

struct crew {
	const char *what;        /* "push" */
	size_t count;
	unsigned carriers;
	/* Carries the i-th; its bytes, or −1 with a message. In a process of its own. */
	int64_t (*carry)(void *ctx, size_t i);
	void *ctx;
	struct tally *tally;
};

static _Noreturn void carry_all(const struct crew *c) {
	size_t i;
	while ((i = __atomic_fetch_add(&c->tally->next, 1, __ATOMIC_SEQ_CST)) < c->count) {
		int64_t bytes = c->carry(c->ctx, i);
		__atomic_fetch_add(bytes < 0 ? &c->tally->failed : &c->tally->done, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&c->tally->bytes, bytes < 0 ? 0 : (uint64_t)bytes, __ATOMIC_SEQ_CST);
	}
	fflush(NULL);
	_exit(0);
}

static void show_progress(const struct crew *c, int64_t *shown) {
	if (os_now_ms() - *shown < PROGRESS_MS)
		return;
	*shown = os_now_ms();
	note("cache %s: %zu of %zu artefacts, %.1f MB", c->what, c->tally->done, c->count,
			(double)c->tally->bytes / 1e6);
}

static size_t start_carriers(const struct crew *c, pid_t *carrier) {
	size_t n = 0;
	fflush(NULL);
	for (; n < c->carriers && n < c->count; n++) {
		carrier[n] = proc_fork();
		if (carrier[n] == 0)
			carry_all(c);
		if (carrier[n] < 0)
			break;
	}
	if (n == 0 && c->count)
		error("cache %s: cannot be started: %s", c->what, strerror(errno));
	return n;
}

/* What no carrier has finished has failed: one of them died. */
static struct tally crew_run(struct crew *c) {
	pid_t *carrier = xrealloc(NULL, (c->carriers + 1) * sizeof *carrier);
	int64_t shown = os_now_ms();
	c->tally = mmap(NULL, sizeof *c->tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->tally == MAP_FAILED)
		broken("no memory to share with carriers");
	size_t running = start_carriers(c, carrier);
	while (running) {
		if (waitpid(carrier[running - 1], NULL, WNOHANG) != 0)
			running--;
		else
			os_pause(WAIT_MS);
		show_progress(c, &shown);
	}
	free(carrier);
	struct tally t = *c->tally;
	munmap(c->tally, sizeof *c->tally);
	t.failed = c->count - t.done;
	return t;
}

/* --- what both say --- */

struct summary {
	const char *verb, *place;
	struct tally tally;
	size_t there;            /* were at the receiving end */
};

static void print_summary(const struct options *o, const struct summary *s) {
	if (!o->json) {
		printf("%s: %zu artefacts, %.1f MB %s; %zu were there", s->place, s->tally.done,
				(double)s->tally.bytes / 1e6, s->verb, s->there);
		printf(s->tally.failed ? "; %zu failed\n" : "\n", s->tally.failed);
		return;
	}
	struct json j = { .out = stdout };
	json_open(&j, SLICE_NONE, '{');
	json_text(&j, SLICE("place"), slice_of(s->place));
	json_int(&j, SLICE("artefacts"), (long long)s->tally.done);
	json_int(&j, SLICE("bytes"), (long long)s->tally.bytes);
	json_int(&j, SLICE("there"), (long long)s->there);
	json_int(&j, SLICE("failed"), (long long)s->tally.failed);
	json_close(&j, '}');
}

static unsigned carriers(const struct options *o) {
	return o->jobs ? o->jobs : CARRIERS;
}

/* The targets behind the command's own word. */
static struct agenda *open_targets(struct arena *a, const struct options *o, bool alone) {
	struct options targets = *o;
	targets.command = COMMAND_BUILD;
	targets.alone = alone;
	targets.words.v++;
	targets.words.n--;
	return agenda_look(a, &targets);
}

/* --- push --- */

struct parcel {
	const struct inventory_item *item;
	struct slice info;       /* its provenance, as it lies here; unset: to be written */
	struct provenance p;     /* the same, as far as it is known */
	bool noted;              /* the other end knows who first had this content */
};

struct push {
	struct arena *arena;
	const struct options *o;
	struct data *config;
	struct store_options settings;
	struct inventory held;
	struct map *wanted;      /* hashes; NULL: all */
	struct same *same;
	struct map keys;         /* see same_keys */
	struct parcel *parcel;
	size_t n;
	const struct peer *peer;
};

/* The path here of what has that name in SSTATE_DIR. */
static const char *here(const struct push *p, struct arena *a, const char *name) {
	return arena_printf(a, "%s/%s", p->held.dir, name).p;
}

/* Is this what a text, here or at the other end, says of the artefact of a hash? */
static bool accepted(struct push *p, struct slice text, struct slice hash, struct provenance *seen) {
	struct provenance_claim c = { text, hash, p->settings.verify_keys };
	struct slice why;
	return text.p && provenance_accept(p->arena, &c, seen, &why) == 0;
}

/* An older bake wrote less, or nothing, of what others need for an early cut-off; it is added where the
 * text is not signed or can be signed again. What could be signed but is not, is signed. */
static void complete(struct push *p, struct parcel *to) {
	bool is_signed = slice_find(to->info, "\nsignature ", NULL), can_sign = p->settings.signing_key;
	struct slice same = to->p.same.n ? to->p.same : same_find(p->same, to->p.task);
	struct slice *key = map_get(&p->keys, atom(same.n ? same : to->p.task));
	bool lacks = (!to->p.same.n && same.n) || (!to->p.key.n && key && key->n);
	if (is_signed ? !lacks || !can_sign : !lacks && !can_sign)
		return;
	to->p.same = same;
	to->p.key = to->p.key.n || !key ? to->p.key : *key;
	to->info = SLICE_NONE;
}

/* One that lies here without provenance goes with a new one, where none is asked for. */
static bool take_parcel(struct push *p, struct parcel *to) {
	struct slice hash = slice_of(to->item->hash);
	const char *info = here(p, p->arena, store_info_name(p->arena, to->item->hash));
	if (os_read(p->arena, info, &to->info) < 0) {
		to->info = SLICE_NONE;
		to->p = (struct provenance){ .artefact = hash, .task = hash };
	}
	if (to->info.p ? !accepted(p, to->info, hash, &to->p) : p->settings.verify_keys->n > 0)
		return false;
	complete(p, to);
	return true;
}

static void take_parcels(struct push *p) {
	size_t without = 0;
	p->parcel = ARENA_ARRAY(p->arena, struct parcel, p->held.n + 1);
	p->n = 0;
	for (size_t i = 0; i < p->held.n; i++) {
		const struct inventory_item *item = &p->held.item[i];
		struct parcel *to = &p->parcel[p->n];
		struct slice hash = slice_of(item->hash);
		if (p->wanted && !map_get(p->wanted, atom(hash)))
			continue;
		*to = (struct parcel){ .item = item };
		bool fine = take_parcel(p, to);
		p->n += fine;
		without += !fine;
	}
	if (without)
		note("cache push: %zu artefacts stay: without provenance that SSTATE_VERIFY_KEYS accept",
				without);
}

/* The three files of a parcel at the other end. */
enum { INFO, ARCHIVE, NOTE, FILES };

static bool is_there(struct push *p, const struct peer_file *f, const struct parcel *to) {
	struct provenance seen;
	return f[INFO].there && f[ARCHIVE].there && accepted(p, f[INFO].text, to->p.task, &seen)
		&& f[ARCHIVE].bytes == seen.size;
}

static struct peer_files names_of(struct push *p) {
	struct arena *a = p->arena;
	struct peer_files f = { ARENA_ARRAY(a, struct peer_file, FILES * p->n + 1), FILES * p->n };
	for (size_t i = 0; i < p->n; i++) {
		const struct parcel *q = &p->parcel[i];
		struct peer_file *three = &f.v[FILES * i];
		three[INFO].name = store_info_name(a, q->item->hash);
		three[ARCHIVE].name = store_name(a, q->item->hash);
		three[ARCHIVE].head = true;
		three[NOTE].name = q->p.key.n ? same_name(a, q->p.key) : three[INFO].name;
	}
	return f;
}

/* Leaves what the other end lacks. One that shows us nothing may still take files, so what went
 * wrong is said when they are sent. Returns how many are there. */
static size_t drop_known(struct push *p) {
	struct peer_files f = names_of(p);
	struct slice why;
	size_t left = 0, n = p->n;
	if (peer_ask(p->arena, p->peer, &f, &why) < 0)
		debug("cache push: %s: " SFMT, p->peer->place, SARG(why));
	for (size_t i = 0; i < n; i++) {
		struct parcel q = p->parcel[i];
		q.noted = !q.p.key.n || f.v[FILES * i + NOTE].there;
		if (!is_there(p, &f.v[FILES * i], &q))
			p->parcel[left++] = q;
	}
	p->n = left;
	return n - left;
}

static int put(struct push *p, const struct parcel *q, struct arena *a, struct peer_transfer t) {
	if (peer_put(a, p->peer, &t) == 0)
		return 0;
	if (!t.reply.unreachable)
		error("cache push: " SFMT ": %s: " SFMT, SARG(q->p.artefact), p->peer->place, SARG(t.why));
	else if (peer_give_up(p->peer))
		error("cache push: %s: " SFMT, p->peer->place, SARG(t.why));
	return -1;
}

static int put_text(struct push *p, const struct parcel *q, const char *name, struct slice text) {
	char sha256[HASH_HEX], path[40];
	struct arena *a = arena_new();
	FILE *file = tmpfile();
	int rc = -1;
	if (!file || fchmod(fileno(file), 0644) < 0     /* a directory keeps the mode */
			|| fwrite(text.p, 1, text.n, file) != text.n || fflush(file)) {
		error("cache push: a temporary file: %s", strerror(errno));
	} else {
		hash_text(HASH_SHA256, text, sha256);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
		rc = put(p, q, a, (struct peer_transfer){ .name = name, .file = path, .sha256 = sha256 });
	}
	if (file)
		fclose(file);
	arena_free(a);
	return rc;
}

/* Which task has this content: any one that has serves, its provenance says the rest. */
static int put_note(struct push *p, const struct parcel *q, struct arena *a) {
	return q->noted ? 0 : put_text(p, q, same_name(a, q->p.key), q->p.task);
}

/* The provenance to send, its digest that of the archive. */
static int describe(struct push *p, struct parcel *q, struct arena *a, const char *sha256) {
	struct pack_content content;
	struct stat st;
	if (!q->p.content.n && pack_recorded(q->item->file, &content) == 0
			&& stat(q->item->file, &st) == 0) {
		q->p.content = arena_dup(a, slice_of(content.hash));
		q->p.sha256 = arena_dup(a, slice_of(sha256));
		q->p.size = (uint64_t)st.st_size;
		q->p.made = q->item->used;
	}
	if (!slice_is(q->p.sha256, sha256)) {
		error("cache push: " SFMT ": %s: damaged: not sent", SARG(q->p.artefact), q->item->file);
		return -1;
	}
	return q->info.p ? 0 : provenance_write(a, &q->p, p->settings.signing_key, &q->info);
}

static int send_parcel(struct push *p, struct parcel *q, struct arena *a) {
	char sha256[HASH_HEX] = "";
	struct peer_transfer archive = { .name = store_name(a, q->item->hash), .file = q->item->file,
		.sha256 = sha256 };
	hash_file(HASH_SHA256, q->item->file, sha256);
	if (describe(p, q, a, sha256) < 0 || put(p, q, a, archive) < 0 || put_note(p, q, a) < 0)
		return -1;
	return put_text(p, q, store_info_name(a, q->item->hash), q->info);
}

static int64_t carry_out(void *ctx, size_t i) {
	struct push *p = ctx;
	if (p->peer->state->given_up)
		return -1;
	struct arena *a = arena_new();
	int rc = send_parcel(p, &p->parcel[i], a);
	arena_free(a);
	return rc < 0 ? -1 : (int64_t)p->parcel[i].item->bytes;
}

static int push_to(struct push *p, const struct peer *peer) {
	struct summary s = { .verb = p->o->dry_run ? "would be sent" : "sent", .place = peer->place };
	struct crew crew = { .what = "push", .carriers = carriers(p->o), .carry = carry_out, .ctx = p };
	p->peer = peer;
	take_parcels(p);
	if (!p->o->dry_run)
		peer_make(peer);
	s.there = drop_known(p);
	crew.count = p->n;
	if (!p->o->dry_run)
		s.tally = crew_run(&crew);
	for (size_t i = 0; i < p->n && p->o->dry_run; i++) {
		s.tally.done++;
		s.tally.bytes += p->parcel[i].item->bytes;
	}
	print_summary(p->o, &s);
	return s.tally.failed ? -1 : 0;
}

/* The configuration, and the hashes of the targets where there are any. */
static int open_push(struct push *p) {
	if (p->o->words.n == 1) {
		struct workspace *w = workspace_find(p->arena, p->o);
		if (!w || workspace_configure(w, p->o) < 0)
			return -1;
		p->config = w->config->data;
		return 0;
	}
	struct agenda *g = open_targets(p->arena, p->o, true);
	if (!g)
		return -1;
	p->config = g->config;
	p->wanted = ARENA_NEW(p->arena, struct map);
	p->wanted->arena = p->arena;
	for (uint32_t i = 0; i < g->graph->count; i++)
		if (g->graph->task[i].spec->cached)
			map_add(p->wanted, atom(g->graph->task[i].hash));
	return 0;
}

static int read_held(struct push *p) {
	store_settings(p->config, p->arena, &p->settings);
	if (p->settings.dir && inventory_read(p->arena, p->settings.dir, &p->held) == 0) {
		p->same = same_open(p->arena, p->settings.dir);
		p->keys.arena = p->arena;
		same_keys(p->same, &p->keys);
		return 0;
	}
	error("cache push: SSTATE_DIR: %s", p->settings.dir ? strerror(errno) : "is not set: nothing is kept");
	return -1;
}

static int no_mirrors(struct data *config, const char *command, const char *variable) {
	if (slice_trim(data_text(config, variable)).n == 0)
		error("cache %s: %s is not set", command, variable);
	else
		error("cache %s: %s names no mirror that may be asked: BB_NO_NETWORK and "
			"BB_ALLOWED_NETWORKS hold for mirrors too", command, variable);
	return 1;
}

int shipment_push(struct arena *a, const struct options *o) {
	struct push p = { .arena = a, .o = o };
	struct peers peers;
	int status = 0;
	if (open_push(&p) < 0 || read_held(&p) < 0)
		return 1;
	const char *variable = slice_trim(data_text(p.config, "SSTATE_PUSH_MIRRORS")).n
		? "SSTATE_PUSH_MIRRORS" : "SSTATE_MIRRORS";
	if (peer_list(p.config, a, variable, &peers) < 0)
		return 1;
	if (peers.n == 0)
		return no_mirrors(p.config, "push", variable);
	for (size_t i = 0; i < peers.n; i++)
		if (push_to(&p, &peers.v[i]) < 0)
			status = 1;
	return status;
}

/* --- pull --- */

struct pull {
	struct agenda *g;
	struct offer_wish *wish;
	size_t n;
};

/* What is not here of all tasks of the targets; how much is. */
static size_t list_wishes(struct pull *p) {
	const struct graph *graph = p->g->graph;
	size_t there = 0;
	p->wish = ARENA_ARRAY(p->g->arena, struct offer_wish, graph->count + 1);
	for (uint32_t i = 0; i < graph->count; i++) {
		const struct task *t = &graph->task[i];
		if (!t->spec->cached || t->spec->noexec)
			continue;
		if (store_has_trusted(p->g->store, t->hash.p))
			there++;
		else
			p->wish[p->n++] = (struct offer_wish){ t->hash, t->id };
	}
	return there;
}

static void drop_not_offered(struct pull *p) {
	size_t left = 0;
	offer_ask(p->g->offers, p->wish, p->n);
	for (size_t i = 0; i < p->n; i++)
		if (offer_has(p->g->offers, p->wish[i].hash))
			p->wish[left++] = p->wish[i];
	p->n = left;
}

static int64_t carry_in(void *ctx, size_t i) {
	struct pull *p = ctx;
	const struct offers *o = p->g->offers;
	if (!offer_has(o, p->wish[i].hash) || offer_fetch(o, &p->wish[i]) < 0)
		return -1;
	return (int64_t)offer_bytes(o, p->wish[i].hash);
}

static int pull(struct pull *p, const struct options *o) {
	struct summary s = { .verb = o->dry_run ? "would be fetched" : "fetched", .place = "SSTATE_DIR" };
	struct crew crew = { .what = "pull", .carriers = carriers(o), .carry = carry_in, .ctx = p };
	s.there = list_wishes(p);
	size_t wanted = p->n;
	drop_not_offered(p);
	crew.count = s.tally.done = p->n;
	for (size_t i = 0; i < p->n; i++)
		s.tally.bytes += offer_bytes(p->g->offers, p->wish[i].hash);
	if (!o->dry_run)
		s.tally = crew_run(&crew);
	print_summary(o, &s);
	if (wanted > p->n)
		note("cache pull: %zu artefacts no mirror has", wanted - p->n);
	return s.tally.failed || offer_lost(p->g->offers) ? 1 : 0;
}

int shipment_pull(struct arena *a, const struct options *o) {
	struct pull p = { .n = 0 };
	if (o->words.n == 1) {
		error("cache pull: name the targets whose artefacts are wanted");
		return 2;
	}
	p.g = open_targets(a, o, false);
	if (!p.g)
		return 1;
	return p.g->offers ? pull(&p, o) : no_mirrors(p.g->config, "pull", "SSTATE_MIRRORS");
}
