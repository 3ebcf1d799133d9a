/* fetch: bb.fetch.*, what classes and expressions ask about SRC_URI and do with it. */
#ifndef BAKE_FETCH_H
#define BAKE_FETCH_H

struct data;
struct slices;

/* Adds to the library: bb.fetch.download(d), unpack(d, dir), patches(d), apply_patch(path, dir,
 * strip), localpath(d, url), local_files(d), get_checksum_file_list(d), get_srcrev(d),
 * get_pkgv_string(d), get_hashvalue(d), get_autorev(d); those of expressions as bb.fetch2.* too.
 * Once per process. */
void fetch_init(void);
/* What file:// entries name, as [file-checksums] has it: "path:True"; "path:False" for a place that
 * comes earlier in FILESPATH and is empty (a file appearing there changes the build). */
void fetch_checksum_files(struct data *d, struct slices *words);

/* The directories of this machine that mirrors, stores and repositories of a recipe (or of the
 * configuration) name: a task that fetches must see them. */
void fetch_directories(struct data *d, struct slices *dirs);

#endif
