/* signature: OpenPGP through gpgv, which trusts the keys of one file and nothing else; plain
 * signatures through OpenSSL. */
#include "signature.h"
#include "os.h"
#include "proc.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- OpenPGP --- */

/* What stands between the head of the armour and its checksum, decoded; unset: no armour. */
static struct slice decoded(struct arena *a, struct slice text) {
	struct slice line;
	struct buf b = { .arena = a };
	size_t at, padding = 0;
	if (!slice_find(text, "-----BEGIN PGP", &at))
		return SLICE_NONE;
	text = slice_sub(text, at, text.n);
	while (slice_field(&text, '\n', &line) && slice_trim(line).n)
		;
	while (slice_field(&text, '\n', &line)) {
		line = slice_trim(line);
		if (slice_starts(line, "-----") || (line.n && line.p[0] == '='))
			break;
		buf_add(&b, line);
	}
	while (padding < 2 && padding < b.n && b.p[b.n - 1 - padding] == '=')
		padding++;
	unsigned char *out = arena_alloc(a, b.n + 4);
	int n = b.n ? EVP_DecodeBlock(out, (const unsigned char *)b.p, (int)b.n) : -1;
	if (n < (int)padding)
		return SLICE_NONE;
	return (struct slice){ (const char *)out, (size_t)n - padding };
}

/* gpgv wants keys in binary form: those in armour go to a file of that form. */
static const char *binary_keyring(struct arena *a, const char *keyring) {
	struct slice text, keys;
	if (os_read(a, keyring, &text) || !(keys = decoded(a, text)).p)
		return keyring;
	const char *file = arena_printf(a, "/tmp/bake-keyring-%d", (int)getpid()).p;
	return os_write(file, keys, 0600, false) ? keyring : file;
}

static const char STATUS[] = "[GNUPG:] ";

/* gpgv's own reason: its lines without "gpgv: ". */
static struct slice reason_in(struct arena *a, struct slice said) {
	struct buf b = { .arena = a };
	for (struct slice line; slice_field(&said, '\n', &line);) {
		if (slice_starts(line, "gpgv: "))
			line = slice_sub(line, 6, line.n);
		if (slice_trim(line).n && !slice_starts(line, STATUS))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_trim(line)));
	}
	return b.n ? buf_slice(&b) : SLICE("gpgv failed without a word");
}

/* The n-th word after the one that says what a line of status is about, as a number. */
static uint64_t number_at(struct slice line, int n) {
	struct slice word = SLICE("");
	while (n-- >= 0 && slice_word(&line, &word))
		;
	return strtoull(word.p, NULL, 10);
}

/* What is wrong with signatures that fit: gpgv takes those of a key that was revoked, or had expired before
 * it signed. Unset: nothing. One that has expired since is fine: what is built does not depend on the day. */
static struct slice flaw_in(struct slice said) {
	uint64_t expired = 0;
	for (struct slice line; slice_field(&said, '\n', &line);) {
		if (!slice_starts(line, STATUS))
			continue;
		line = slice_sub(line, strlen(STATUS), line.n);
		if (slice_starts(line, "NEWSIG"))
			expired = 0;
		else if (slice_starts(line, "KEYEXPIRED "))
			expired = number_at(line, 1);
		else if (slice_starts(line, "REVKEYSIG "))
			return SLICE("its key was revoked");
		else if (slice_starts(line, "VALIDSIG ") && expired && number_at(line, 3) > expired)
			return SLICE("its key had expired before it was made");
	}
	return SLICE_NONE;
}

static int verify_pgp(struct arena *a, const struct signature *s, struct slice *why) {
	const char *keyring = binary_keyring(a, s->keyring);
	const char *const argv[] = { "gpgv", "--homedir", "/nonexistent", "--status-fd", "1", "--keyring",
		keyring, s->signature, s->file, NULL };
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
	struct proc_command c = { .argv = argv, .env = env, .errors = true };
	struct slice out, flaw = SLICE_NONE;
	int status = -1, rc = proc_capture(a, &c, &out, &status);
	if (rc)
		*why = errno == ENOENT ? SLICE("gpgv is not installed") :
			arena_dup(a, slice_of(strerror(errno)));
	else if (status)
		*why = reason_in(a, out);
	else if ((flaw = flaw_in(out)).p)
		*why = flaw;
	if (keyring != s->keyring)
		os_remove(keyring);
	return rc || status || flaw.p ? -1 : 0;
}

/* --- plain signatures --- */

static EVP_PKEY *public_key(struct slice pem) {
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = in ? PEM_read_bio_PUBKEY(in, NULL, NULL, NULL) : NULL;
	BIO_free(in);
	return key;
}

static int verify_key(struct arena *a, const struct signature *s, struct slice pem,
		struct slice *why) {
	struct slice text, sig;
	EVP_PKEY *key = public_key(pem);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;
	if (!key) {
		*why = arena_printf(a, "%s: no public key in it", s->keyring);
	} else if (os_read(a, s->file, &text) || os_read(a, s->signature, &sig)) {
		*why = arena_printf(a, "%s: %s", s->signature, strerror(errno));
	} else {
		const EVP_MD *md = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
		if (ctx && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
				EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n,
					(const unsigned char *)text.p, text.n) == 1)
			rc = 0;
		*why = SLICE("the signature does not fit the file and the key");
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}

int signature_verify(struct arena *a, const struct signature *s, struct slice *why) {
	struct slice key;
	if (os_read(a, s->keyring, &key)) {
		*why = arena_printf(a, "%s: %s", s->keyring, strerror(errno));
		return -1;
	}
	if (slice_find(key, "-----BEGIN PUBLIC KEY-----", NULL))
		return verify_key(a, s, key, why);
	return verify_pgp(a, s, why);
}
