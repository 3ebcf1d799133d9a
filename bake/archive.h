/* archive: archives to directories, and directories to archives whose bytes depend on nothing but
 * the files' names, modes, contents and (clamped) times. Messages are given here. */
#ifndef BAKE_ARCHIVE_H
#define BAKE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- unpacking what came from outside --- */

struct archive_unpack {
	const char *file;
	const char *dir;         /* must exist */
	unsigned strip;          /* leading parts of names dropped */
	const char *only;        /* glob of names (before stripping); NULL: everything */
	uint64_t most_bytes;     /* refused beyond; 0: 200 times the file, at least 1 GB */
};

/* Does the name say that archive_unpack can make files of it (tar.*, zip, rpm, deb, 7z, cpio …)? */
bool archive_is_tree(const char *name);
/* Is it one compressed file (x.gz, x.xz … but no tar)? */
bool archive_is_single(const char *name);
/* Unpacks; group and others never get write permission, owners and set-id bits are not kept. An
 * entry that would land outside dir (absolute, "..", through a symbolic link), and a device, is
 * refused by name. 0, or −1 with a message. */
int archive_unpack(const struct archive_unpack *u);
/* Unpacks one compressed file to `to`. */
int archive_expand(const char *file, const char *to, uint64_t most_bytes);

/* --- packing and unpacking our own --- */

/* A directory (or one file) and its name in the archive: "NAME/path". The name "." adds no part. */
struct archive_tree {
	const char *name;
	const char *dir;
};

struct archive_pack {
	const struct archive_tree *trees;
	size_t count;
	const char *prefix;      /* NULL, or text in place before every name, such as "./" */
	int64_t newest;          /* seconds: later mtimes become this one; < 0: kept */
	int level;               /* of zstd; 0: 3 */
	const char *note;        /* NULL, or one line kept behind the archive with the content hash */
};

/* Writes tar.zst (pax; sorted; owners 0/0 without names; whole seconds; hard links kept) to file,
 * which is removed again on failure. content receives the sha256 (64 digits, NUL) of the
 * uncompressed stream, *bytes (may be NULL) its size. 0, or −1 with a message and errno. */
int archive_pack(const char *file, const struct archive_pack *p, char content[65], uint64_t *bytes);
/* Unpacks what archive_pack wrote, each tree into its directory (made when absent), with modes and
 * times as they were; trees not asked for are skipped. content receives the hash of what was read:
 * compare it before trusting the files. 0, or −1 without a message and *why a reason (literal). */
int archive_restore(const char *file, const struct archive_tree *trees, size_t count,
		char content[65], const char **why);
/* The trailer of a packed file, read without unpacking: its length, or −1. At most size − 1 bytes.
 * */
int archive_trailer(const char *file, char *text, size_t size);

#endif
