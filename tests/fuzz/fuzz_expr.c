/* Any text as an inline expression: parsed, its references listed, evaluated. Only functions
 * without side effects are there: a fuzzer must not find fs.remove. */
#include "data.h"
#include "expr.h"
#include "inline.h"
#include "lib.h"
#include "map.h"
#include "util.h"
#include "value.h"

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void run(struct arena *a, struct slice text) {
	struct data *d = data_new(a);
	struct map vars = { .arena = a }, calls = { .arena = a }, contains = { .arena = a };
	struct data_refs refs = { &vars, &calls, &contains, NULL };
	data_set_inline(d, inline_hooks());
	data_set(d, atom_of("PN"), SLICE("name"));
	data_set(d, atom_of("FEATURES"), SLICE("one two three"));
	const struct expr *e = expr_parse(a, text);
	inline_refs(e, &refs);
	value_str(a, inline_eval(d, e));
}

int LLVMFuzzerInitialize(int *count, char ***words) {
	(void)count;
	(void)words;
	lib_builtin();
	lib_text();
	lib_group();
	lib_data();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		run(a, (struct slice){ (const char *)bytes, size });
		trap_end(&trap);
	}
	arena_free(a);
	return 0;
}
