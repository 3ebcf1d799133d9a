/* image: what happens with an image once it is built. How to boot one is the machine's business:
 * the base layer's run-qemu reads what the machine left in DEPLOY_DIR_IMAGE. */
#include "image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "layer.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "util.h"
#include "workspace.h"

#define BOOT_SCRIPT "conf/machine/run-qemu"

/* The configuration alone: images are found without reading recipes. NULL: reported. */
static struct workspace *open_config(struct arena *a, const struct options *o) {
	struct workspace *w = workspace_find(a, o);
	return w && workspace_configure(w, o) == 0 ? w : NULL;
}

/* DEPLOY_DIR_IMAGE, when something was built there; else NULL after saying so. */
static const char *deploy_dir(struct workspace *w) {
	const char *dir = arena_str(w->arena, data_text(w->config->data, "DEPLOY_DIR_IMAGE"));
	if (os_is_dir(dir))
		return dir;
	error("%s: no image was built here for MACHINE = \"" SFMT "\"", dir,
		SARG(data_text(w->config->data, "MACHINE")));
	return NULL;
}

int image_run(struct arena *a, const struct options *o) {
	struct workspace *w = open_config(a, o);
	const char *dir = w ? deploy_dir(w) : NULL;
	if (!dir)
		return 1;
	const char *script = arena_printf(a, SFMT "/" BOOT_SCRIPT,
		SARG(data_text(w->config->data, "COREBASE"))).p;
	char **argv = ARENA_ARRAY(a, char *, o->words.n + 3);
	argv[0] = arena_str(a, slice_of(script));
	argv[1] = arena_str(a, slice_of(dir));
	for (size_t i = 0; i < o->words.n; i++)
		argv[2 + i] = arena_str(a, o->words.v[i]);
	fflush(NULL);
	execv(script, argv);
	error("%s: %s", script, strerror(errno));
	return 1;
}

/* --- image-info --- */

/* Files whose names begin with the image's, real ones only: the links beside them name the same. */
static size_t print_files(struct arena *a, const char *dir, struct slice image) {
	struct os_entry *entries;
	size_t count, found = 0;
	if (os_walk(a, dir, &entries, &count) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].type != 'f' || !slice_starts(slice_of(entries[i].path), image.p))
			continue;
		printf("  %8.1f MB  %s\n", (double)entries[i].size / 1e6, entries[i].path);
		found++;
	}
	return found;
}

static void print_manifest(struct arena *a, const char *dir, struct slice image) {
	struct slices files = { 0 };
	struct slice text;
	os_glob(a, arena_printf(a, "%s/" SFMT "*.manifest", dir, SARG(image)).p, &files);
	if (files.n == 0 || os_read(a, arena_str(a, files.v[0]), &text) < 0)
		return;
	printf("\npackages:\n" SFMT, SARG(text));
}

int image_info(struct arena *a, const struct options *o) {
	if (o->words.n != 1) {
		error("image-info: name one image");
		return 2;
	}
	struct workspace *w = open_config(a, o);
	const char *dir = w ? deploy_dir(w) : NULL;
	struct slice image = dir ? arena_dup(a, o->words.v[0]) : SLICE_NONE;
	if (!dir)
		return 1;
	printf("%s:\n", dir);
	if (print_files(a, dir, image) == 0) {
		error("%s: no files of " SFMT ": build it first", dir, SARG(image));
		return 1;
	}
	print_manifest(a, dir, image);
	printf("\nto boot it: bake -B %s --set MACHINE=" SFMT " run " SFMT "\n", w->topdir,
		SARG(data_text(w->config->data, "MACHINE")), SARG(image));
	return 0;
}
