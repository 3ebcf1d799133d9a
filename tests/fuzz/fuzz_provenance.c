/* Provenance, as a mirror sends it: what is believed has the form it must have, and says the same when it
 * is written again. */
#include <stdint.h>
#include <stdlib.h>

#include "hash.h"
#include "provenance.h"
#include "util.h"

#define TASK SLICE("abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789")

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(struct arena *a, const struct provenance *p) {
	struct provenance again;
	struct slice text;
	if ((p->same.n && !hash_is_hex(HASH_SHA256, p->same))
			|| (p->key.n && !hash_is_hex(HASH_SHA256, p->key)))
		abort();
	if (provenance_write(a, p, NULL, &text) < 0 || provenance_read(text, &again) < 0)
		abort();
	if (!slice_eq(again.same, p->same) || !slice_eq(again.sha256, p->sha256) || again.size != p->size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slice text = arena_dup(a, (struct slice){ (const char *)bytes, size }), why;
	struct provenance_claim claim = { .text = text, .task = TASK };
	struct provenance p;
	struct slices none = { 0 };
	if (provenance_accept(a, &claim, &p, &why) == 0)
		check(a, &p);
	if (provenance_check(a, text, &none, &why) == 0)
		abort();         /* nobody is trusted */
	arena_free(a);
	return 0;
}
