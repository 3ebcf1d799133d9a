/* seal: SHA256SUMS over a directory, and its signature beside it. Of symbolic links, what they say has its sums
 * in a file of its own (if there are any), which is a file like others to SHA256SUMS. */
#ifndef BAKE_SEAL_H
#define BAKE_SEAL_H

#include "util.h"

struct arena;

#define SEAL_SUMS "SHA256SUMS"
#define SEAL_SIGNATURE "SHA256SUMS.sig"
#define SEAL_LINKS "SHA256SUMS.links"

enum { SEAL_PATH = 64 + 2 };     /* where the path begins in a line of it */

/* "HEX  path" lines of every regular file below dir but the first two, as sha256sum(1) reads them, in the
 * order of paths. 0, or −1 with a message: what cannot be read, or cannot stand in such a list. */
int seal_sums(struct arena *a, const char *dir, struct slice *sums);
/* Writes SHA256SUMS.links and SHA256SUMS. 0, or −1 with a message. */
int seal_write(struct arena *a, const char *dir);
/* Signs it with an Ed25519 key (PEM file). 0, or −1 with a message. */
int seal_sign(struct arena *a, const char *dir, const char *key_file);
/* Is SHA256SUMS, whose text this is, signed with one of the public keys? 0, or −1 with a message. */
int seal_check(struct arena *a, const char *dir, struct slice sums, const struct slices *keys);
/* Names the files that two such lists do not have in common: how many. */
unsigned seal_compare(struct slice said, struct slice found);
/* Is everything below dir as SHA256SUMS, whose text this is, says, and nothing more? 0, or −1 with a message for
 * each that is not. */
int seal_holds(struct arena *a, const char *dir, struct slice sums);

#endif
