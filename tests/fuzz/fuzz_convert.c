/* Any text as a layer's file: only underscores become colons, and converting again changes nothing. */
#include <string.h>

#include "convert.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(struct slice text, enum convert_kind kind) {
	struct arena *a = arena_new();
	struct convert *c = convert_new(a);
	convert_learn(c, text, kind);
	struct slice once = convert_text(c, a, text, kind, NULL);
	struct slice twice = convert_text(c, a, once, kind, NULL);
	if (once.n != text.n || !slice_eq(once, twice))
		__builtin_trap();
	for (size_t i = 0; i < text.n; i++)
		if (once.p[i] != text.p[i] && (text.p[i] != '_' || once.p[i] != ':'))
			__builtin_trap();
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct slice text = { (const char *)bytes, size };
	check(text, CONVERT_CONF);
	check(text, CONVERT_RECIPE);
	return 0;
}
