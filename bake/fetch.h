/* fetch: everything SRC_URI names, on this machine and verified. */
#ifndef BAKE_FETCH_H
#define BAKE_FETCH_H

struct data;
struct slices;

/* Adds bb.fetch.* (and bb.fetch2.*) to the library: download(d), unpack(d, dir), patches(d),
 * localpath(d, url), local_files(d), get_checksum_file_list(d), get_srcrev(d), get_pkgv_string(d),
 * get_hashvalue(d), get_autorev(d). Once per process. */
void fetch_init(void);

/* Gets what is not in DL_DIR from PREMIRRORS, SRC_URI itself, MIRRORS, then by its sha256 alone
 * from BB_CONTENT_MIRRORS and the host distribution's archive. Raises one text for all that cannot
 * be had, with every place tried and its reason. */
void fetch_all(struct data *d);
/* What file:// entries name, as [file-checksums] has it: "path:True"; "path:False" for a place that
 * comes earlier in FILESPATH and is empty (a file appearing there changes the build). */
void fetch_checksum_files(struct data *d, struct slices *words);

#endif
