/* Any text as a shell body, and as Lua and Python to be scanned: none of them may refuse
 * anything. */
#include "code.h"
#include "data.h"
#include "map.h"
#include "shell.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slice text = { (const char *)bytes, size };
	struct map commands = { .arena = a }, vars = { .arena = a }, calls = { .arena = a };
	struct map contains = { .arena = a };
	struct data_refs refs = { &vars, &calls, &contains, NULL };
	shell_commands(text, &commands);
	code_references(text, false, &refs);
	code_references(text, true, &refs);
	arena_free(a);
	return 0;
}
