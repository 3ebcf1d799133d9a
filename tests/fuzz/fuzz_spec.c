/* What rpmspec prints of a stranger's spec, read and made into a recipe. */
#include "draft.h"
#include "spec.h"
#include "util.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct spec s;
	struct draft f = { .from = SLICE("x.spec"), .spec = { &s, &s, &s } };
	spec_parse(a, (struct slice){ (const char *)bytes, size }, SLICE("/pkg"), &s);
	f.file = ARENA_ARRAY(a, struct draft_file, s.sources + 1);
	for (size_t i = 0; i < s.sources; i++)
		f.file[i] = (struct draft_file){ .name = s.source[i].file, .sha256 = SLICE("aa") };
	draft_recipe(a, &f);
	arena_free(a);
	return 0;
}
