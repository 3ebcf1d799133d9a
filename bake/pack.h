/* pack: our own archives (tar.zst): trees to one file whose bytes depend on nothing but the names,
 * modes, contents and times in the trees, and back. */
#ifndef BAKE_PACK_H
#define BAKE_PACK_H

#include <stddef.h>
#include <stdint.h>

enum { PACK_HASH = 64 + 1 };         /* room for a content hash in hex */

/* A directory and the name its entries have before their path: "NAME/path". One that is absent is
 * packed as an empty one. */
struct pack_tree {
	const char *name;        /* no tree's name and "/" begin another's */
	const char *dir;         /* absolute */
};

/* What an archive holds: the sha256 and the size of its stream before compression. */
struct pack_content {
	char hash[PACK_HASH];
	uint64_t bytes;
};

/* Writes the trees to file: sorted, pax, owners 0/0 without names, whole seconds, hard links within
 * a tree kept. note (one line, for people) stands behind the archive with the content. On failure
 * the file is gone. 0, or −1 with errno and no message (but one that names what is neither file,
 * link nor directory). */
int pack_write(const char *file, const struct pack_tree *trees, size_t count, const char *note,
		struct pack_content *content);
/* Unpacks each tree into its directory (made when absent), with modes and times as they were; trees
 * not asked for are passed over. content is that of what was read: compare before trusting the
 * files. 0; −1: the archive is damaged; −2: a directory cannot be written. *why lives to the next
 * call. */
int pack_read(const char *file, const struct pack_tree *trees, size_t count,
		struct pack_content *content, const char **why);
/* The content as recorded behind the archive. 0, or −1 when the file does not end as it should. */
int pack_recorded(const char *file, struct pack_content *content);

#endif
