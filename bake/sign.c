/* sign: a thin skin over OpenSSL. Ed25519 signs the text itself: one call, no digest to choose, and
 * the same key and text give the same signature, so that what is signed stays reproducible. */
#include "sign.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "os.h"

enum { SIGNATURE = 64, BASE64 = 88 };        /* bytes, and their text without its NUL */

/* A passphrase would be asked for on the terminal: none is ever given. */
static int no_passphrase(char *to, int size, int writing, void *ctx) {
	(void)to, (void)size, (void)writing, (void)ctx;
	return -1;
}

static EVP_PKEY *parse_key(struct slice pem, bool private_only) {
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = NULL;
	if (in && !private_only)
		key = PEM_read_bio_PUBKEY(in, NULL, no_passphrase, NULL);
	if (in && !key && BIO_reset(in) >= 0)
		key = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL);
	BIO_free(in);
	ERR_clear_error();
	if (key && EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static EVP_PKEY *read_key(struct arena *a, const char *file, bool private_only,
		struct slice *why) {
	struct slice pem;
	if (os_read(a, file, &pem) < 0) {
		*why = arena_printf(a, "%s: %s", file, strerror(errno));
		return NULL;
	}
	EVP_PKEY *key = parse_key(pem, private_only);
	if (!key)
		*why = arena_printf(a, "%s: not an Ed25519 %s key in PEM without a passphrase "
			"(`openssl genpkey -algorithm ed25519` makes one)", file,
			private_only ? "private" : "public");
	return key;
}

struct slice sign_base64(struct arena *a, struct slice text) {
	char *out = arena_alloc(a, (text.n + 2) / 3 * 4 + 1);
	int n = EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text.p, (int)text.n);
	return (struct slice){ out, (size_t)n };
}

int sign_text(struct arena *a, const char *key_file, struct slice text, struct slice *signature) {
	unsigned char bytes[SIGNATURE];
	size_t size = sizeof bytes;
	struct slice why;
	EVP_PKEY *key = read_key(a, key_file, true, &why);
	if (!key) {
		error("signing: " SFMT, SARG(why));
		return -1;
	}
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1
			|| EVP_DigestSign(ctx, bytes, &size, (const unsigned char *)text.p, text.n)
				!= 1)
		broken("OpenSSL cannot sign with Ed25519");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	*signature = sign_base64(a, (struct slice){ (const char *)bytes, size });
	return 0;
}

static bool fits(EVP_PKEY *key, struct slice text, const unsigned char *signature) {
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1
		    && EVP_DigestVerify(ctx, signature, SIGNATURE, (const unsigned char *)text.p,
			       text.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

int sign_keys_check(struct arena *a, const struct slices *key_files, struct slice *why) {
	for (size_t i = 0; i < key_files->n; i++) {
		EVP_PKEY *key = read_key(a, arena_str(a, key_files->v[i]), false, why);
		if (!key)
			return -1;
		EVP_PKEY_free(key);
	}
	return 0;
}

int sign_verify(struct arena *a, const struct slices *key_files, struct slice text,
		struct slice signature, struct slice *why) {
	unsigned char bytes[SIGNATURE + 3];  /* EVP_DecodeBlock writes the padding too */
	bool good = false;
	*why = SLICE("not an Ed25519 signature in base64");
	signature = slice_trim(signature);
	if (signature.n != BASE64
			|| EVP_DecodeBlock(bytes, (const unsigned char *)signature.p, BASE64) < 0)
		return -1;
	*why = SLICE("no configured key signed it");
	for (size_t i = 0; i < key_files->n && !good; i++) {
		EVP_PKEY *key = read_key(a, arena_str(a, key_files->v[i]), false, why);
		if (!key)
			return -1;
		good = fits(key, text, bytes);
		EVP_PKEY_free(key);
	}
	return good ? 0 : -1;
}
