/* seal: SHA256SUMS over a directory, and its signature beside it. */
#ifndef BAKE_SEAL_H
#define BAKE_SEAL_H

#include "util.h"

struct arena;

#define SEAL_SUMS "SHA256SUMS"
#define SEAL_SIGNATURE "SHA256SUMS.sig"

enum { SEAL_PATH = 64 + 2 };     /* where the path begins in a line of it */

/* "HEX  path" lines of every regular file below dir but those two, as sha256sum(1) reads them, in the
 * order of paths. 0, or −1 with a message. */
int seal_sums(struct arena *a, const char *dir, struct slice *sums);
/* Writes SHA256SUMS. 0, or −1 with a message. */
int seal_write(struct arena *a, const char *dir);
/* Signs it with an Ed25519 key (PEM file). 0, or −1 with a message. */
int seal_sign(struct arena *a, const char *dir, const char *key_file);
/* Is SHA256SUMS, whose text this is, signed with one of the public keys? 0, or −1 with a message. */
int seal_check(struct arena *a, const char *dir, struct slice sums, const struct slices *keys);
/* Names the files that two such lists do not have in common: how many. */
unsigned seal_compare(struct slice said, struct slice found);

#endif
