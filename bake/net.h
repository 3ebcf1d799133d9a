/* net: one URL (http, https, ftp) to one file. */
#ifndef BAKE_NET_H
#define BAKE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct curl_slist;
struct slice;

/* total is 0 as long as it is unknown. Called some times a second. */
typedef void net_progress_fn(void *ctx, uint64_t got, uint64_t total);

/* url: "SCHEME://HOST/". */
typedef bool net_allowed_fn(void *ctx, const char *url);

/* Who we are to a server, beyond what the URL and ~/.netrc say. NULL: nothing. */
struct net_access {
	const char *certificate, *key;   /* ours, PEM; key NULL: it is in the certificate's file */
	const char *sigv4;       /* "aws:amz:REGION:s3": requests are signed as AWS asks … */
	const char *user, *password;     /* … by these: access key and secret */
	const char *token;       /* of a session that has one */
	bool stays;              /* redirections are not followed */
	bool exempt;             /* the gate (net_offline) does not hold for it */
};

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
	const struct net_access *access;         /* NULL: nobody in particular */
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
	bool unreachable;        /* it failed for the server: no answer, cut off, or in trouble (5xx) */
};

/* 0; or −1 with *why, one reason in arena a, without credentials, and no message. Never follows
 * https to http. Proxies come from the environment, names and passwords also from ~/.netrc. */
int net_get(struct arena *a, const struct net_request *r, struct net_reply *reply,
		struct slice *why);
/* Does the server of an http, https or git URL say anything within connect_s seconds, the look-up of
 * its name included? False with *why when not. Of the request url, connect_s and ca_bundle count. */
bool net_answers(struct arena *a, const struct net_request *r, struct slice *why);
/* For modules that drive libcurl themselves. Sets limits, trust and access of r on a CURL handle; sent_sha256
 * is of the body that goes out (NULL: none does). Returns headers for the caller to free
 * (curl_slist_free_all) when the transfer is over. */
struct curl_slist *net_prepare(void *curl, const struct net_request *r, const char *sent_sha256);
/* Why the gate is closed for a request; NULL: it is open. */
const char *net_closed(const struct net_request *r);
/* What a refusal's body says: S3's <Code> or a page's <title>, without the status. Empty: nothing fit to show. */
struct slice net_refusal(struct slice body);
/* Closes (or opens) the gate for the whole process: net_get fails with the reason given. */
void net_offline(const char *reason);

#endif
