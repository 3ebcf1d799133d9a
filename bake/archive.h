/* archive: archives that came from outside, to files in a directory and nowhere else. Messages are
 * given here. */
#ifndef BAKE_ARCHIVE_H
#define BAKE_ARCHIVE_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_unpack {
	const char *file;
	const char *dir;         /* must exist */
	unsigned strip;          /* leading parts of names dropped */
	const char *only;        /* glob of names (before stripping); NULL: everything */
	uint64_t most_bytes;     /* refused beyond; 0: 200 times the file, at least 1 GB */
};

/* Does the name say that archive_unpack can make files of it (tar.*, zip, rpm, deb, cpio, 7z)? */
bool archive_is_tree(const char *name);
/* Is it one compressed file (x.gz, x.xz … but no tar)? */
bool archive_is_single(const char *name);
/* Unpacks; group and others never get write permission, owners and set-id bits are not kept. An
 * entry that would land outside dir (absolute, "..", through a symbolic link), and a device, is
 * refused by name. 0, or −1 with a message. */
int archive_unpack(const struct archive_unpack *u);
/* Unpacks one compressed file to `to`. */
int archive_expand(const char *file, const char *to, uint64_t most_bytes);

/* Between the two, libarchive takes names for UTF-8 whatever the user's locale says. */
struct archive_names {
	locale_t made, before;
};
void archive_names_enter(struct archive_names *n);
void archive_names_leave(struct archive_names *n);

#endif
