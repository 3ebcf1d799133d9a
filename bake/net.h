/* net: one URL (http, https, ftp) to one file. */
#ifndef BAKE_NET_H
#define BAKE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct slice;

/* total is 0 as long as it is unknown. Called some times a second. */
typedef void net_progress_fn(void *ctx, uint64_t got, uint64_t total);

typedef bool net_allowed_fn(void *ctx, const char *url);

struct net_request {
	const char *url;
	const char *file;        /* appears complete or not at all; FILE.part until then, resumed */
	unsigned connect_s;      /* seconds to a connection; 0: 15 */
	unsigned stall_s;        /* seconds with less than least_rate; 0: 30 */
	unsigned least_rate;     /* bytes a second; 0: 100 */
	unsigned attempts;       /* for faults that pass (a cut transfer, 5xx); 0: 3 */
	unsigned pause_ms;       /* before the second attempt, then doubled; 0: 1000 */
	uint64_t size;           /* bytes it should have; 0: unknown */
	const char *ca_bundle;   /* of a private authority; NULL: $CURL_CA_BUNDLE, the host's */
	bool fresh;              /* forget what FILE.part holds */
	net_allowed_fn *allowed; /* may a redirection go there? NULL: anywhere */
	net_progress_fn *progress;
	void *ctx;
};

/* What has arrived. */
struct net_reply {
	char sha256[64 + 1];
	uint64_t bytes;
	bool resumed;            /* its beginning is from an earlier call */
};

/* 0; or −1 with *why, one reason in arena a, without credentials, and no message. Never follows
 * https to http. Proxies come from the environment, names and passwords also from ~/.netrc. */
int net_get(struct arena *a, const struct net_request *r, struct net_reply *reply,
		struct slice *why);
/* Does the server of an http, https or git URL say anything within connect_s seconds, the look-up of
 * its name included? False with *why when not. Of the request url, connect_s and ca_bundle count. */
bool net_answers(struct arena *a, const struct net_request *r, struct slice *why);
/* Closes (or opens) the gate for the whole process: net_get fails with the reason given. */
void net_offline(const char *reason);

#endif
