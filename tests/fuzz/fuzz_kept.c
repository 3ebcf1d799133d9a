/* What earlier runs kept, as a broken disk may give it back: records of recipes, what they asked of the disk, and lists
 * of sums. The first byte says which. What is taken for a record is packed and taken for the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "record.h"
#include "recipe.h"
#include "seal.h"
#include "util.h"
#include "witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void drop(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level, (void)text;
}

static void read_record(struct arena *a, struct slice text) {
	struct buf once = { .arena = a }, twice = { .arena = a };
	struct recipe r, again;
	if (record_unpack(&text, a, &r))
		return;
	record_pack(&r, &once);
	struct slice packed = buf_slice(&once);
	if (record_unpack(&packed, a, &again) || packed.n)
		abort();
	record_pack(&again, &twice);
	if (!slice_eq(buf_slice(&once), buf_slice(&twice)))
		abort();
}

/* Every fact is put together again as it was. */
static void read_facts(struct arena *a, struct slice text) {
	struct buf again = { .arena = a };
	struct slice rest = text;
	struct witness_fact f;
	while (witness_next(&rest, &f))
		witness_add(&again, &f);
	if (again.n + rest.n != text.n)
		abort();
}

static void compare_sums(struct slice text) {
	struct slice said;
	slice_field(&text, '\0', &said);
	if (seal_compare(said, said) || (seal_compare(said, text) == 0) != (seal_compare(text, said) == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slice text = arena_dup(a, (struct slice){ (const char *)bytes, size });
	message_sink(drop, NULL);
	switch (size ? bytes[0] % 3 : 0) {
	case 0: read_record(a, slice_sub(text, 1, text.n)); break;
	case 1: read_facts(a, slice_sub(text, 1, text.n)); break;
	default: compare_sums(slice_sub(text, 1, text.n));
	}
	arena_free(a);
	return 0;
}
