/* Addresses: the first line is a URL, the rest PREMIRRORS; all of it is an index and a message too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mirror.h"
#include "pkgindex.h"
#include "uri.h"
#include "util.h"

#define SUM SLICE("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void mirrored(struct arena *a, struct slice line, struct slice mirrors) {
	struct uri u, again;
	const char *why;
	struct slice reason;
	struct slices urls = { 0 };
	/* Metadata holds no NUL. */
	if (line.n && memchr(line.p, 0, line.n))
		return;
	if (!uri_parse(a, line, &u, &why))
		return;
	/* What is put together again must be an address. */
	if (!slice_is(u.scheme, "file") && !uri_parse(a, uri_text(a, &u), &again, &why))
		abort();
	mirror_urls(a, mirrors, &u, SLICE("x-1.tar.gz"), &urls, &reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slice text = arena_dup(a, (struct slice){ (const char *)bytes, size });
	struct slice mirrors = text, line = SLICE("");
	slice_field(&mirrors, '\n', &line);
	mirrored(a, line, mirrors);
	pkgindex_find(pkgindex_table(a, text), SUM);
	pkgindex_find(text, SUM);
	text_mask(a, text);
	arena_free(a);
	return 0;
}
