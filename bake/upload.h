/* upload: one file to one URL (PUT). */
#ifndef BAKE_UPLOAD_H
#define BAKE_UPLOAD_H

#include <stdbool.h>

struct arena;
struct net_request;
struct slice;

/* Sends r->file, whose digest is sha256 (hex), to r->url, again when that may help. 0; or −1 with *why,
 * without credentials, and no message; *unreachable: another file would fail too. What the server
 * shows before the last byte has come is the server's choice: S3 and WebDAV show nothing. */
int upload_file(struct arena *a, const struct net_request *r, const char *sha256, bool *unreachable,
		struct slice *why);

#endif
