/* store: the artefact cache: a task's output trees, packed, under its task hash. */
#ifndef BAKE_STORE_H
#define BAKE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct data;

struct store;

/* Who builds, and whom it trusts. All of it outlives the store. */
struct store_options {
	const char *dir;
	const char *signing_key;         /* PEM file; NULL: what is put is not signed */
	const struct slices *verify_keys; /* public keys (PEM files): what none of them signed is
		refused; NULL or empty: nothing is asked for */
	const char *engine, *compiler;   /* for the provenance; NULL: unknown */
	bool hermetic;           /* what is put was made in a sandbox */
};

/* What is known of a content: see same.h. */
struct store_kin {
	struct slice key, same;  /* unset: unknown */
};

struct store_entry {
	const char *hash;        /* task hash, hex */
	const char *id;          /* "PN:do_task", for people */
	/* The trees, as pairs: a stable name inside the artefact and where it stands now. */
	const char *const *names;
	const char *const *dirs;
	size_t count;
	/* Seconds (SOURCE_DATE_EPOCH): later mtimes become this one, in the artefact and, so that
	 * building and restoring leave the same trees, on disk too. 0: a fixed day long ago. */
	int64_t newest;
	uint64_t cpu_ms;         /* what the task cost, for the provenance; 0: unknown */
	/* Asked by store_put as soon as the content is known, for the provenance. NULL: nobody knows. */
	struct store_kin (*kin)(void *ctx, struct slice content);
	void *ctx;
};

/* SSTATE_DIR, SSTATE_SIGNING_KEY and SSTATE_VERIFY_KEYS of a configuration; the compiler is left to
 * the caller. */
void store_settings(struct data *config, struct arena *a, struct store_options *o);
/* Makes the directory. NULL: message given. */
struct store *store_open(struct arena *a, const struct store_options *o);
/* Where the artefact of a hash is or would be, in a. */
const char *store_file(struct arena *a, const struct store_options *o, const char *hash);
/* The artefact and its provenance, relative to SSTATE_DIR and to a mirror, in a. */
const char *store_name(struct arena *a, const char *hash);
const char *store_info_name(struct arena *a, const char *hash);
/* Keeps a gc of dir and builds that plan apart: a gc takes the gate exclusive while it looks and removes, who marks
 * artefacts as used or begins a build, shared. Waits. An fd to close, or −1: nobody can remove anything here. */
int store_gate(const char *dir, bool exclusive);
/* Is it there? If so it is marked as used now, so that a gc beside this build spares it. */
bool store_has(const struct store *s, const char *hash);
/* The same, and is its provenance signed as it must be? Its bytes are looked at when it is read. */
bool store_has_trusted(const struct store *s, const char *hash);
/* Reads an artefact as store_get would, keeping nothing. 0, or −1 and *why in a. */
int store_verify(const struct store *s, const char *hash, struct arena *a, struct slice *why);
/* The content hash recorded for an artefact, without unpacking it; unset when it is not there. */
struct slice store_content(const struct store *s, const char *hash);
/* Packs the trees (tar.zst, deterministic), atomically, and writes their provenance beside;
 * *content receives the content hash (hex, arena of the store). 0, or −1 with a message (disk full
 * …): the build goes on without it. */
int store_put(struct store *s, const struct store_entry *e, struct slice *content);
/* Replaces the trees by what the artefact holds, verified while reading. A corrupt
 * one is set aside, one that no trusted key signed is refused, each with a warning and −1
 * returned: the task must run then. One that is gone (a gc was faster) is −1 without a word. */
int store_get(struct store *s, const struct store_entry *e, struct slice *content);
/* Where an artefact that comes from elsewhere is gathered, in a: nobody else gathers it until
 * store_gathered. 0, or −1 with errno and no message: the store cannot be written to. */
struct store_incoming {
	const char *file;
	int lock;
};
int store_gather(const struct store *s, const char *hash, struct arena *a, struct store_incoming *in);
/* Gives what was gathered its name, with its provenance (NULL: it was no use), and lets go. 0, or −1
 * with errno and no message. */
int store_gathered(const struct store *s, const char *hash, struct store_incoming *in,
		const struct slice *info);

#endif
