/* offer: the provenance of an artefact is asked for before the artefact: it proves that the other
 * end has it whole (it is sent last), says what the bytes must be, and carries the early cut-off.
 *
 * Invariant: nothing a mirror says is believed before provenance_accept has seen it. With
 * SSTATE_VERIFY_KEYS a mirror can keep artefacts back, and nothing else. */
#include "offer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "map.h"
#include "os.h"
#include "peer.h"
#include "provenance.h"
#include "same.h"
#include "store.h"

struct offer {
	const struct peer *peer;
	struct slice info;       /* its provenance, accepted */
};

struct offers {
	struct arena *arena;
	struct peers peers;
	struct offer_options o;
	struct map asked;        /* hashes */
	struct map found;        /* hash → struct offer */
	bool trusting;           /* it has been said that nothing is verified */
};

/* What a mirror says of a hash: nothing is believed but through provenance_accept. */
static struct provenance_claim claim(const struct offers *o, struct slice text, struct slice hash) {
	return (struct provenance_claim){ text, hash, o->o.settings->verify_keys };
}

struct offers *offer_open(struct arena *a, struct data *config, const struct offer_options *options,
		bool *failed) {
	struct offers *o = ARENA_NEW(a, struct offers);
	*o = (struct offers){ .arena = a, .o = *options };
	o->asked.arena = o->found.arena = a;
	*failed = peer_list(config, a, "SSTATE_MIRRORS", &o->peers) < 0;
	if (*failed || o->peers.n == 0)
		return NULL;
	if (access(options->settings->dir, W_OK) == 0)
		return o;
	warn("SSTATE_DIR: %s: %s: SSTATE_MIRRORS are of no use", options->settings->dir, strerror(errno));
	return NULL;
}

static void give_up(const struct peer *p, struct slice why) {
	if (peer_give_up(p))
		warn("SSTATE_MIRRORS: %s: " SFMT ": given up, the build goes on without it", p->place,
				SARG(why));
}

/* --- asking --- */

/* One warning a mirror, whatever it holds that is not to be trusted. */
struct refusals {
	size_t n;
	struct slice id, why;    /* of the first */
};

static void warn_refusals(const struct peer *p, const struct refusals *r) {
	if (r->n == 1)
		warn(SFMT ": %s: artefact refused: " SFMT, SARG(r->id), p->place, SARG(r->why));
	else if (r->n)
		warn(SFMT " and %zu more: %s: artefacts refused: " SFMT, SARG(r->id), r->n - 1, p->place,
				SARG(r->why));
}

static void warn_trusting(struct offers *o, const struct peer *p) {
	const struct slices *keys = o->o.settings->verify_keys;
	if (o->trusting || p->kind == PEER_DIRECTORY || (keys && keys->n))
		return;
	o->trusting = true;
	warn("SSTATE_MIRRORS: %s: its artefacts are taken on trust: name the keys of who makes them in "
			"SSTATE_VERIFY_KEYS", p->place);
}

/* True when an equal earlier hash came to light. */
static bool take(struct offers *o, const struct peer *p, struct slice info,
		const struct provenance *seen) {
	struct offer *offer = ARENA_NEW(o->arena, struct offer);
	*offer = (struct offer){ p, info };
	map_put(&o->found, atom(seen->task), offer);
	warn_trusting(o, p);
	struct same_found f = { seen->task, seen->key, seen->same };
	return seen->same.n && same_learn(o->o.same, &f);
}

/* What no mirror has met yet. */
struct wishes {
	struct offer_wish *v;
	size_t n;
	bool changed;            /* hashes change: see offer_ask */
};

/* Takes what one mirror has; the rest stays in w. */
static void ask_peer(struct offers *o, const struct peer *p, struct wishes *w) {
	struct peer_files f = { ARENA_ARRAY(o->arena, struct peer_file, w->n + 1), w->n };
	struct refusals refused = { 0 };
	struct provenance seen;
	struct slice why;
	for (size_t i = 0; i < f.n; i++)
		f.v[i].name = store_info_name(o->arena, arena_str(o->arena, w->v[i].hash));
	if (peer_ask(o->arena, p, &f, &why) < 0)
		give_up(p, why);
	w->n = 0;
	for (size_t i = 0; i < f.n; i++) {
		struct offer_wish wish = w->v[i];
		struct provenance_claim c = claim(o, f.v[i].text, wish.hash);
		bool fine = f.v[i].there && provenance_accept(o->arena, &c, &seen, &why) == 0;
		if (fine && !p->state->given_up)
			w->changed |= take(o, p, f.v[i].text, &seen);
		else
			w->v[w->n++] = wish;
		if (f.v[i].there && !fine && refused.n++ == 0)
			refused = (struct refusals){ 1, wish.id, why };
	}
	warn_refusals(p, &refused);
}

bool offer_ask(struct offers *o, const struct offer_wish *w, size_t n) {
	struct wishes new = { .v = ARENA_ARRAY(o->arena, struct offer_wish, n + 1) };
	for (size_t i = 0; i < n; i++)
		if (map_add(&o->asked, atom(w[i].hash)))
			new.v[new.n++] = w[i];
	for (size_t i = 0; i < o->peers.n && new.n; i++)
		if (!o->peers.v[i].state->given_up)
			ask_peer(o, &o->peers.v[i], &new);
	return new.changed;
}

bool offer_has(const struct offers *o, struct slice hash) {
	const struct offer *offer = map_get(&o->found, atom(hash));
	return offer && !offer->peer->state->given_up;
}

uint64_t offer_bytes(const struct offers *o, struct slice hash) {
	const struct offer *offer = map_get(&o->found, atom(hash));
	struct provenance seen;
	return offer && provenance_read(offer->info, &seen) == 0 ? seen.size : 0;
}

bool offer_lost(const struct offers *o) {
	for (size_t i = 0; i < o->peers.n; i++)
		if (o->peers.v[i].state->given_up)
			return true;
	return false;
}

/* --- fetching --- */

struct fetching {
	struct arena *arena;
	const struct offers *o;
	const struct offer_wish *w;
	const char *hash;
	struct store_incoming in;
};

/* The bytes the provenance tells of, whatever an earlier call left of others. 0; −1: not to be had;
 * 1: they are others. */
static int get(struct fetching *f, const struct peer *p, const struct provenance *seen,
		struct peer_transfer *t) {
	*t = (struct peer_transfer){ .name = store_name(f->arena, f->hash), .file = f->in.file,
		.size = seen->size };
	for (;; t->fresh = true) {
		if (peer_get(f->arena, p, t) < 0)
			return -1;
		if (slice_is(seen->sha256, t->reply.sha256))
			return 0;
		t->why = SLICE("its bytes are not those its provenance tells of");
		if (!t->reply.resumed)
			return 1;
	}
}

static bool fetch_from(struct fetching *f, const struct peer *p, const struct provenance *seen) {
	struct peer_transfer t;
	int rc = get(f, p, seen, &t);
	if (rc < 0 && t.reply.unreachable)
		give_up(p, t.why);
	else if (rc)
		warn(SFMT ": %s: artefact %s: " SFMT, SARG(f->w->id), p->place,
				rc > 0 ? "refused" : "not to be had", SARG(t.why));
	return rc == 0;
}

/* A small file of a mirror; unset: it has none. */
static struct slice read_from(struct arena *a, const struct peer *p, const char *name) {
	struct peer_file f = { .name = name };
	struct peer_files files = { &f, 1 };
	struct slice why;
	if (!p->state->given_up && peer_ask(a, p, &files, &why) < 0)
		give_up(p, why);
	return f.text;
}

/* The provenance a mirror has for it, accepted; unset: none. */
static struct slice info_from(struct fetching *f, const struct peer *p, const struct offer *offer,
		struct provenance *seen) {
	struct slice why, info = p == offer->peer ? offer->info :
		read_from(f->arena, p, store_info_name(f->arena, f->hash));
	struct provenance_claim c = claim(f->o, info, f->w->hash);
	return info.p && provenance_accept(f->arena, &c, seen, &why) == 0 ? info : SLICE_NONE;
}

/* From the mirror that offered it, else from one after that; those before have been asked. */
static struct slice fetch_anywhere(struct fetching *f, struct provenance *seen) {
	const struct offer *offer = map_get(&f->o->found, atom(f->w->hash));
	const struct peers *all = &f->o->peers;
	for (const struct peer *p = offer->peer; p < all->v + all->n; p++) {
		struct slice info = p->state->given_up ? SLICE_NONE : info_from(f, p, offer, seen);
		if (info.p && fetch_from(f, p, seen))
			return info;
	}
	return SLICE_NONE;
}

static int fetch(struct fetching *f) {
	struct store *store = f->o->o.store;
	struct slice info = SLICE_NONE;
	struct provenance seen;
	int rc = store_gather(store, f->hash, f->arena, &f->in);
	bool there = rc == 0 && store_has_trusted(store, f->hash);       /* another build was faster */
	if (rc == 0) {
		info = there ? SLICE_NONE : fetch_anywhere(f, &seen);
		rc = store_gathered(store, f->hash, &f->in, info.p ? &info : NULL);
	}
	if (rc < 0) {
		warn(SFMT ": artefact cannot be put into SSTATE_DIR: %s", SARG(f->w->id), strerror(errno));
		return -1;
	}
	if (info.p)
		same_learn(f->o->o.same, &(struct same_found){ f->w->hash, seen.key, seen.same });
	return there || info.p ? 0 : -1;
}

int offer_fetch(const struct offers *o, const struct offer_wish *w) {
	struct fetching f = { .arena = arena_new(), .o = o, .w = w };
	f.hash = arena_str(f.arena, w->hash);
	int rc = fetch(&f);
	arena_free(f.arena);
	return rc;
}

/* --- who had this content first --- */

/* The note at the mirror is a hint; what it names must prove it. */
static bool learn_from(const struct offers *o, struct arena *a, const struct peer *p,
		struct slice key) {
	struct slice first = slice_trim(read_from(a, p, same_name(a, key))), why;
	struct provenance seen;
	if (!hash_is_hex(HASH_SHA256, first))
		return false;
	struct slice info = read_from(a, p, store_info_name(a, arena_str(a, first)));
	struct provenance_claim c = claim(o, info, first);
	if (!info.p || provenance_accept(a, &c, &seen, &why) < 0 || !slice_eq(seen.key, key))
		return false;
	same_learn(o->o.same, &(struct same_found){ first, key, seen.same });
	return true;
}

void offer_learn(const struct offers *o, struct slice key) {
	struct arena *a = arena_new();
	for (size_t i = 0; i < o->peers.n; i++)
		if (learn_from(o, a, &o->peers.v[i], key))
			break;
	arena_free(a);
}
