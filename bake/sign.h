/* sign: our own signatures: Ed25519 over a text, with keys in PEM files as `openssl genpkey
 * -algorithm ed25519` writes them. */
#ifndef BAKE_SIGN_H
#define BAKE_SIGN_H

#include "util.h"

struct arena;

/* Signs text with the private key in key_file (one without a passphrase). *signature: base64 in one
 * line, in a. 0, or −1 with a message that names the file. */
int sign_text(struct arena *a, const char *key_file, struct slice text, struct slice *signature);
/* Any text as base64 in one line. In a. */
struct slice sign_base64(struct arena *a, struct slice text);
/* Can each of the public keys (files) be read? 0, or −1 and *why in a. */
int sign_keys_check(struct arena *a, const struct slices *key_files, struct slice *why);
/* Did the owner of one of the public keys (files; a private key's own public half serves too) sign
 * text? The first that fits is enough. 0; or −1 and *why in a: no key fits, or one cannot be
 * read. */
int sign_verify(struct arena *a, const struct slices *key_files, struct slice text,
		struct slice signature, struct slice *why);

#endif
