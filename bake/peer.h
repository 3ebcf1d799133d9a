/* peer: another place that keeps artefacts: an entry of SSTATE_MIRRORS. A directory, a web server or
 * an S3 bucket; what lies there has the names it has in SSTATE_DIR. */
#ifndef BAKE_PEER_H
#define BAKE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net.h"         /* struct net_request, net_access, net_reply */
#include "util.h"

struct arena;
struct data;

enum peer_kind { PEER_DIRECTORY, PEER_SERVER, PEER_BUCKET };

/* Shared by all processes of a build. */
struct peer_state {
	bool given_up;           /* see peer_give_up */
	bool open;               /* it has shown something, or that it has not what was asked for */
};

struct peer {
	enum peer_kind kind;
	const char *place;       /* as written, for messages */
	struct slice pair;       /* pattern and replacement, as mirror.h takes them */
	const char *endpoint;    /* of a bucket */
	struct net_request how;  /* limits and trust; url and file unset */
	struct net_access who;
	struct peer_state *state;
};

struct peers {
	struct peer *v;
	size_t n;
};

/* The entries of a variable, either Yocto's pairs ("file://.* URL/PATH") or URLs alone, without those
 * that BB_NO_NETWORK and BB_ALLOWED_NETWORKS forbid. All lives in a. 0, or −1 with a message. */
int peer_list(struct data *config, struct arena *a, const char *variable, struct peers *list);

struct peer_file {
	const char *name;        /* "ab/abcd….info" */
	bool head;               /* only its size is wanted */
	bool there;
	uint64_t bytes;          /* head only */
	struct slice text;       /* in the arena of peer_ask */
};

struct peer_files {
	struct peer_file *v;
	size_t n;
};

/* Looks for many small files at once. 0; or −1 and *why, when the peer does not answer or lets us
 * see nothing: what was found until then stands. */
int peer_ask(struct arena *a, const struct peer *p, const struct peer_files *f, struct slice *why);

struct peer_transfer {
	const char *name;        /* there */
	const char *file;        /* here */
	const char *sha256;      /* put: its digest */
	uint64_t size;           /* get: what it should have; 0: unknown */
	bool fresh;              /* get: as net_request's */
	struct net_reply reply;  /* get: what came; of a failed one, unreachable: others would fail too */
	struct slice why;        /* of a failure, in the arena given */
};

/* 0, or −1 without a message. What is put appears complete or not at all. */
int peer_get(struct arena *a, const struct peer *p, struct peer_transfer *t);
int peer_put(struct arena *a, const struct peer *p, struct peer_transfer *t);
/* Makes a directory that is not there yet; a server's own business otherwise. */
void peer_make(const struct peer *p);
/* From now on nobody asks it any more. True for who says so first, and so has to tell. */
bool peer_give_up(const struct peer *p);

#endif
