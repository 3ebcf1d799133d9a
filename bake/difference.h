/* difference: in what two trees of files differ, down to files within archives. */
#ifndef BAKE_DIFFERENCE_H
#define BAKE_DIFFERENCE_H

#include <stddef.h>

struct arena;

struct difference {
	const char *path;        /* "a.rpm", "a.rpm: usr/bin/x" for what is within an archive */
	/* "byte 17 of 300, line 2: "1" and "2"", "mode 644 and 600", "only in the first" … */
	const char *what;
};

struct differences {
	struct arena *arena;     /* of the list and its texts */
	struct difference *v;
	size_t n, cap;
	size_t same, files;      /* regular files in either tree; how many are in both and equal */
};

/* Adds what differs between the trees one and other: names, kinds, modes, targets of links, contents
 * and times (whole seconds). Archives whose bytes differ are unpacked below scratch, a directory
 * that is made and removed. 0, or −1 with a message. */
int difference_trees(struct differences *d, const char *one, const char *other,
		const char *scratch);

#endif
