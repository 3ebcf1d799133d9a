/* offer: what SSTATE_MIRRORS have of the artefacts that a build wants. */
#ifndef BAKE_OFFER_H
#define BAKE_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct data;
struct peers;
struct same;
struct store;
struct store_options;

struct offers;

/* Where what the mirrors have goes. All of it outlives the offers. */
struct offer_options {
	struct store *store;
	const struct store_options *settings;    /* whom we trust */
	const struct same *same;
};

/* NULL: there are no mirrors, or SSTATE_DIR cannot take what they have (warned). *failed: what they
 * are is wrong, which has been said. */
struct offers *offer_open(struct arena *a, struct data *config, const struct offer_options *o,
		bool *failed);

struct offer_wish {
	struct slice hash, id;   /* id: "PN:do_task", for people */
};

/* Asks for those artefacts that were not asked for before, all at once and for a bounded time; a
 * mirror that does not answer is given up with a warning. True when an equal earlier hash came to light
 * (see same.h), so that hashes change. */
bool offer_ask(struct offers *o, const struct offer_wish *w, size_t n);
bool offer_has(const struct offers *o, struct slice hash);
uint64_t offer_bytes(const struct offers *o, struct slice hash);     /* of it; 0: not offered */
/* Was a mirror given up? */
bool offer_lost(const struct offers *o);
/* Brings an artefact that is offered into the store, with its provenance, verified. 0; or −1, and it
 * has been said why. */
int offer_fetch(const struct offers *o, const struct offer_wish *w);
/* Learns from the mirrors which task hash first gave a content, for same_first to find. */
void offer_learn(const struct offers *o, struct slice key);

#endif
