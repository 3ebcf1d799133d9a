/* Archives of strangers, and what claims to be one of ours: nothing may appear outside the directory they
 * are unpacked to. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive.h"
#include "os.h"
#include "pack.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char top[] = "/tmp/bake-fuzz-XXXXXX";

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level, (void)text;
}

static void clean(void) {
	os_remove(top);
}

static void begin(void) {
	static bool begun;
	if (begun)
		return;
	begun = true;
	if (!mkdtemp(top))
		abort();
	atexit(clean);
	message_sink(hear, NULL);
}

static void unpack(struct arena *a, const char *file, unsigned strip) {
	const char *dir = arena_printf(a, "%s/dir", top).p, *one = arena_printf(a, "%s/one", top).p;
	struct archive_unpack u = { .file = file, .dir = dir, .strip = strip, .most_bytes = 1 << 20 };
	struct pack_tree tree = { "tree", arena_printf(a, "%s/ours", top).p };
	struct pack_content content;
	const char *why;
	os_mkdirs(dir);
	archive_unpack(&u);
	archive_expand(file, one, 1 << 20);
	pack_read(file, &tree, 1, &content, &why);
	pack_recorded(file, &content);
	os_remove(dir);
	os_remove(one);
	os_remove(tree.dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
	struct arena *a = arena_new();
	struct slices names = { 0 };
	begin();
	const char *file = arena_printf(a, "%s/file", top).p;
	os_write(file, (struct slice){ (const char *)bytes, size }, 0644, false);
	unpack(a, file, (unsigned)size % 3);
	if (os_list(a, top, &names) || names.n != 1)
		abort();
	arena_free(a);
	return 0;
}
