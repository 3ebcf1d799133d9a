/* hash: one kept context per kind, because most of what the engine hashes is short and setting a
 * context up costs more than hashing a line.
 *
 * Invariant: a kept context is between two digests whenever no function of this file is running. */
#include "hash.h"
#include "util.h"
#include "witness.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KINDS = HASH_SHA512 + 1, CHUNK = 128 * 1024 };

struct hash {
	enum hash_kind kind;
	const EVP_MD *md;
	EVP_MD_CTX *context;
};

static const struct {
	const char *name, *openssl;
	unsigned bytes;
} kinds[KINDS] = {
	[HASH_SHA256] = { "sha256", "SHA256", 32 },
	[HASH_MD5] = { "md5", "MD5", 16 },
	[HASH_SHA1] = { "sha1", "SHA1", 20 },
	[HASH_SHA384] = { "sha384", "SHA384", 48 },
	[HASH_SHA512] = { "sha512", "SHA512", 64 },
};

/* Fetched once: looking an algorithm up by name for each digest costs ten times the digest. */
static const EVP_MD *digest_of(enum hash_kind kind) {
	static const EVP_MD *fetched[KINDS];
	if (!fetched[kind])
		fetched[kind] = EVP_MD_fetch(NULL, kinds[kind].openssl, NULL);
	if (!fetched[kind])
		broken("OpenSSL has no %s", kinds[kind].name);
	return fetched[kind];
}

/* --- a digest under way --- */

static void begin(struct hash *h) {
	if (!EVP_DigestInit_ex2(h->context, h->md, NULL))
		broken("OpenSSL cannot begin %s", kinds[h->kind].name);
}

struct hash *hash_new(enum hash_kind kind) {
	struct hash *h = xrealloc(NULL, sizeof *h);
	*h = (struct hash){ .kind = kind, .md = digest_of(kind), .context = EVP_MD_CTX_new() };
	if (!h->context)
		broken("out of memory");
	begin(h);
	return h;
}

void hash_add(struct hash *h, const void *bytes, size_t size) {
	if (!EVP_DigestUpdate(h->context, bytes, size))
		broken("OpenSSL cannot add to %s", kinds[h->kind].name);
}

void hash_add_text(struct hash *h, struct slice text) {
	hash_add(h, text.p, text.n);
}

static void to_hex(const unsigned char *bytes, size_t size, char *hex) {
	static const char digit[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		*hex++ = digit[bytes[i] >> 4];
		*hex++ = digit[bytes[i] & 15];
	}
	*hex = '\0';
}

void hash_end(struct hash *h, char hex[HASH_HEX]) {
	unsigned char bytes[EVP_MAX_MD_SIZE];
	if (!EVP_DigestFinal_ex(h->context, bytes, NULL))
		broken("OpenSSL cannot end %s", kinds[h->kind].name);
	to_hex(bytes, kinds[h->kind].bytes, hex);
	begin(h);
}

void hash_free(struct hash *h) {
	if (!h)
		return;
	EVP_MD_CTX_free(h->context);
	free(h);
}

/* --- at once --- */

static struct hash *kept(enum hash_kind kind) {
	static struct hash *h[KINDS];
	if (!h[kind])
		h[kind] = hash_new(kind);
	return h[kind];
}

void hash_text(enum hash_kind kind, struct slice text, char hex[HASH_HEX]) {
	struct hash *h = kept(kind);
	hash_add(h, text.p, text.n);
	hash_end(h, hex);
}

/* Gives the file's bytes to take, piece by piece, until it says it has enough. */
typedef bool take_fn(void *ctx, const char *bytes, size_t size);

static int each_piece(const char *path, take_fn *take, void *ctx) {
	static char piece[CHUNK];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n;
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !take(ctx, piece, (size_t)n))
			break;
	}
	int why = errno;
	close(fd);
	errno = why;
	return n < 0 ? -1 : 0;
}

static bool take_all(void *ctx, const char *bytes, size_t size) {
	hash_add(ctx, bytes, size);
	return true;
}

int hash_file(enum hash_kind kind, const char *path, char hex[HASH_HEX]) {
	witness_content(path);
	struct hash *h = kept(kind);
	int rc = each_piece(path, take_all, h);
	hash_end(h, hex);
	return rc;
}

struct lines {
	struct hash *hash;
	unsigned first, last;    /* wanted */
	unsigned line;           /* the one we are in */
};

static bool take_lines(void *ctx, const char *bytes, size_t size) {
	struct lines *l = ctx;
	const char *end = bytes + size;
	while (bytes < end && (l->last == 0 || l->line <= l->last)) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *next = newline ? newline + 1 : end;
		if (l->line >= l->first)
			hash_add(l->hash, bytes, (size_t)(next - bytes));
		l->line += newline != NULL;
		bytes = next;
	}
	return bytes < end || l->last == 0 || l->line <= l->last;
}

int hash_lines(enum hash_kind kind, const char *path, unsigned first, unsigned last,
		char hex[HASH_HEX]) {
	witness_content(path);
	struct lines l = { .hash = kept(kind), .first = first, .last = last, .line = 1 };
	int rc = each_piece(path, take_lines, &l);
	hash_end(l.hash, hex);
	return rc;
}

/* --- names and forms --- */

const char *hash_name(enum hash_kind kind) {
	return kinds[kind].name;
}

bool hash_is_hex(enum hash_kind kind, struct slice text) {
	if (text.n != (size_t)kinds[kind].bytes * 2)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!isxdigit((unsigned char)text.p[i]))
			return false;
	return true;
}
