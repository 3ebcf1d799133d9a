/* hash: digests of text, files and streams, as lower-case hex. */
#ifndef BAKE_HASH_H
#define BAKE_HASH_H

#include <stdbool.h>
#include <stddef.h>

struct slice;

enum hash_kind { HASH_SHA256, HASH_MD5, HASH_SHA1, HASH_SHA384, HASH_SHA512 };

enum { HASH_HEX = 128 + 1 };         /* room for the longest digest in hex and its NUL */

/* One digest at once; contexts are kept for the next call (the process is single-threaded). */
void hash_text(enum hash_kind kind, struct slice text, char hex[HASH_HEX]);
/* Of a whole file, read in pieces. 0, or −1 with errno and no message. */
int hash_file(enum hash_kind kind, const char *path, char hex[HASH_HEX]);
/* Of the lines first … last (1-based, both included, newlines too); last 0: to the end. A file with
 * fewer lines is hashed as far as it goes. */
int hash_lines(enum hash_kind kind, const char *path, unsigned first, unsigned last,
		char hex[HASH_HEX]);

/* A digest under way. */
struct hash;

struct hash *hash_new(enum hash_kind kind);
void hash_add(struct hash *h, const void *bytes, size_t size);
void hash_add_text(struct hash *h, struct slice text);
/* The digest of what was added since hash_new or the last hash_end; the next one may begin. */
void hash_end(struct hash *h, char hex[HASH_HEX]);
void hash_free(struct hash *h);                      /* NULL is allowed */

const char *hash_name(enum hash_kind kind);          /* "sha256" */
/* Has text the form of such a digest (length, hex digits of either case)? */
bool hash_is_hex(enum hash_kind kind, struct slice text);

#endif
