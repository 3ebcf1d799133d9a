/* offer: the provenance of an artefact is asked for before the artefact: it proves that the other end
 * has it whole (it is sent last), says what the bytes must be, and carries the early cut-off.
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

static const struct slices *keys(const struct offers *o) {
	return o->o.settings->verify_keys;
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
	if (o->trusting || p->kind == PEER_DIRECTORY || keys(o)->n)
		return;
	o->trusting = true;
	warn("SSTATE_MIRRORS: %s: its artefacts are taken on trust: name the keys of who makes them in "
			"SSTATE_VERIFY_KEYS", p->place);
}

static bool take(struct offers *o, const struct peer *p, const struct offer_wish *w,
		struct slice info) {
	struct offer *offer = ARENA_NEW(o->arena, struct offer);
	struct provenance seen;
	provenance_read(info, &seen);
	*offer = (struct offer){ p, info };
	map_put(&o->found, atom(w->hash), offer);
	warn_trusting(o, p);
	struct same_found f = { w->hash, seen.key, seen.same };
	return seen.same.n && same_learn(o->o.same, &f);
}

/* Takes what one mirror has, and leaves the wishes it does not meet at the beginning of w. */
static size_t ask_peer(struct offers *o, const struct peer *p, struct offer_wish *w, size_t n,
		bool *changed) {
	struct peer_file *f = ARENA_ARRAY(o->arena, struct peer_file, n + 1);
	struct refusals refused = { 0 };
	struct provenance seen;
	struct slice why;
	size_t left = 0;
	for (size_t i = 0; i < n; i++)
		f[i].name = store_info_name(o->arena, arena_str(o->arena, w[i].hash));
	if (peer_ask(o->arena, p, f, n, &why) < 0)
		give_up(p, why);
	for (size_t i = 0; i < n; i++) {
		bool fine = f[i].there && provenance_accept(o->arena, f[i].text, w[i].hash, keys(o),
			&seen, &why) == 0;
		if (fine && !p->state->given_up)
			*changed |= take(o, p, &w[i], f[i].text);
		else
			w[left++] = w[i];
		if (f[i].there && !fine && refused.n++ == 0)
			refused = (struct refusals){ 1, w[left - 1].id, why };
	}
	warn_refusals(p, &refused);
	return left;
}

bool offer_ask(struct offers *o, const struct offer_wish *w, size_t n) {
	struct offer_wish *new = ARENA_ARRAY(o->arena, struct offer_wish, n + 1);
	size_t left = 0;
	bool changed = false;
	for (size_t i = 0; i < n; i++)
		if (map_add(&o->asked, atom(w[i].hash)))
			new[left++] = w[i];
	for (size_t i = 0; i < o->peers.n && left; i++)
		if (!o->peers.v[i].state->given_up)
			left = ask_peer(o, &o->peers.v[i], new, left, &changed);
	return changed;
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
		struct net_reply *reply, struct slice *why) {
	struct net_request r = { .file = f->in.file, .size = seen->size };
	const char *name = store_name(f->arena, f->hash);
	for (;;) {
		if (peer_get(f->arena, p, name, &r, reply, why) < 0)
			return -1;
		if (slice_is(seen->sha256, reply->sha256))
			return 0;
		*why = SLICE("its bytes are not those its provenance tells of");
		if (!reply->resumed)
			return 1;
		r.fresh = true;
	}
}

static bool fetch_from(struct fetching *f, const struct peer *p, const struct provenance *seen) {
	struct net_reply reply;
	struct slice why;
	int rc = get(f, p, seen, &reply, &why);
	if (rc < 0 && reply.unreachable)
		give_up(p, why);
	else if (rc)
		warn(SFMT ": %s: artefact %s: " SFMT, SARG(f->w->id), p->place,
				rc > 0 ? "refused" : "not to be had", SARG(why));
	return rc == 0;
}

/* The provenance a mirror has for it, accepted; unset: none. */
static struct slice info_from(struct fetching *f, const struct peer *p, const struct offer *offer,
		struct provenance *seen) {
	struct peer_file info = { .name = store_info_name(f->arena, f->hash) };
	struct slice why;
	if (p == offer->peer)
		info.text = offer->info;
	else if (peer_ask(f->arena, p, &info, 1, &why) < 0)
		give_up(p, why);
	return info.text.p && provenance_accept(f->arena, info.text, f->w->hash, keys(f->o), seen, &why) == 0
		? info.text : SLICE_NONE;
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
static bool learn_from(struct arena *a, const struct offers *o, const struct peer *p, struct slice key) {
	struct peer_file note = { .name = same_name(a, key) }, info = { .head = false };
	struct provenance seen;
	struct slice why, first;
	int rc = peer_ask(a, p, &note, 1, &why);
	first = slice_trim(note.text);
	if (rc == 0 && note.there && hash_is_hex(HASH_SHA256, first)) {
		info.name = store_info_name(a, arena_str(a, first));
		rc = peer_ask(a, p, &info, 1, &why);
	}
	if (rc < 0)
		give_up(p, why);
	if (!info.there || provenance_accept(a, info.text, first, keys(o), &seen, &why) < 0
			|| !slice_eq(seen.key, key))
		return false;
	same_learn(o->o.same, &(struct same_found){ first, key, seen.same });
	return true;
}

void offer_learn(const struct offers *o, struct slice key) {
	struct arena *a = arena_new();
	for (size_t i = 0; i < o->peers.n; i++)
		if (!o->peers.v[i].state->given_up && learn_from(a, o, &o->peers.v[i], key))
			break;
	arena_free(a);
}
