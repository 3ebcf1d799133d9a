/* notice: an entry of LIC_FILES_CHKSUM: a licence text, or some lines of one, and its digest. */
#ifndef BAKE_NOTICE_H
#define BAKE_NOTICE_H

#include <stdbool.h>

#include "hash.h"
#include "util.h"

struct notice {
	struct slice path;       /* relative to S, or absolute; may be empty */
	unsigned first, last;    /* its lines, 1-based, both included; 0: the first, the last */
	struct slice md5;        /* unset: none is given */
};

/* "file://COPYING;beginline=1;endline=9;md5=…"; slices point into entry. False: it is no file. */
bool notice_parse(struct slice entry, struct notice *n);
/* MD5 of its lines in a file. 0, or −1 with errno and no message. */
int notice_digest(const struct notice *n, const char *file, char hex[HASH_HEX]);
/* Its lines in a text, as far as there are such. */
struct slice notice_lines(const struct notice *n, struct slice text);

#endif
