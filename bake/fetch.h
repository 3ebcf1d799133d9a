/* fetch: SRC_URI: what a recipe is made of: where it comes from, whether it is what was pinned, and
 * where it goes. Bad metadata and sources that cannot be had are raised, naming every place tried.
 * */
#ifndef BAKE_FETCH_H
#define BAKE_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;
struct data;

/* Adds bb.fetch.* (and bb.fetch2.*) to the library: download(d), unpack(d, dir), patches(d),
 * localpath(d, url), local_files(d), get_checksum_file_list(d), get_srcrev(d). Once per process. */
void fetch_init(void);

/* Everything SRC_URI names into DL_DIR, verified. */
void fetch_all(struct data *d);
/* Everything SRC_URI names into dir, in order. */
void fetch_unpack(struct data *d, const char *dir);
/* The files and directories that file:// entries name, as [file-checksums] has them: "path:True",
 * or "path:False" for one that is not there (every candidate: its coming changes the build). */
void fetch_checksum_files(struct data *d, struct slices *words);

/* A patch of SRC_URI (ends in .patch or .diff, possibly compressed, or apply=yes; not apply=no). */
struct fetch_patch {
	struct slice path;       /* in a layer, in DL_DIR, or expanded below UNPACKDIR */
	struct slice striplevel; /* "1" */
	struct slice patchdir;   /* unset: S */
};
struct fetch_patch *fetch_patches(struct data *d, size_t *count);

#endif
