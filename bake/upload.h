/* upload: one file to one URL (PUT). */
#ifndef BAKE_UPLOAD_H
#define BAKE_UPLOAD_H

#include <stdbool.h>

#include "util.h"

struct arena;
struct net_request;

struct upload_reply {
	bool unreachable;        /* another file would fail too */
	struct slice why;        /* without credentials */
};

/* Sends r->file, whose digest is sha256 (hex; NULL when nothing is signed), to r->url, again when that
 * may help. 0; or −1 and the reason in *reply, and no message. What the server shows before the last
 * byte has come is the server's choice: S3 and WebDAV show nothing. */
int upload_file(struct arena *a, const struct net_request *r, const char *sha256,
		struct upload_reply *reply);

#endif
