/* Any text as a .conf file and as a recipe. */
#include "map.h"
#include "parse.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	static const enum parse_dialect dialects[] = { PARSE_CONF, PARSE_RECIPE };
	for (int i = 0; i < 2; i++) {
		struct arena *a = arena_new();
		struct trap trap;
		if (TRAP(&trap)) {
			parse_text(a, atom_of("fuzz.bb"),
					(struct slice){ (const char *)bytes, size }, dialects[i]);
			trap_end(&trap);
		}
		arena_free(a);
	}
	return 0;
}
