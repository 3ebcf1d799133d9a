/* conf/sources.lock: what is taken for one is written byte by byte as it was read, and nothing else is. */
#include <stdint.h>
#include <stdlib.h>

#include "lock.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(struct arena *a, struct lock *l) {
	struct lock *again = lock_parse(a, "again", lock_text(l));
	if (again->n != l->n || !slice_eq(again->channel, l->channel))
		abort();
	for (size_t i = 0; i < l->n; i++)
		if (!slice_eq(again->entry[i].text, l->entry[i].text)
				|| lock_find(l, l->entry[i].recipe, l->entry[i].target) != &l->entry[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slice text = arena_dup(a, (struct slice){ (const char *)bytes, size });
	struct lock *volatile l = NULL;
	struct trap trap;
	if (TRAP(&trap)) {
		l = lock_parse(a, "lock", text);
		trap_end(&trap);
	}
	if (l)
		check(a, l);     /* a fault in there is untrapped: it aborts */
	arena_free(a);
	return 0;
}
