/* signature: is a file signed by who it should be signed by? */
#ifndef BAKE_SIGNATURE_H
#define BAKE_SIGNATURE_H

#include "util.h"

struct arena;

/* keyring: a file of OpenPGP keys (binary or armoured), for gpgv; or a public key in PEM, for a
 * plain signature over the sha256 of the file (or an Ed25519 signature over the file). 0; or −1 and
 * *why, in a. */
struct signature {
	const char *file, *signature, *keyring;
};
int signature_verify(struct arena *a, const struct signature *s, struct slice *why);

#endif
