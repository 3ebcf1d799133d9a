/* download: what SRC_URI names in other places, on this machine and verified. */
#ifndef BAKE_DOWNLOAD_H
#define BAKE_DOWNLOAD_H

struct data;

/* Gets what is not in DL_DIR from PREMIRRORS, SRC_URI itself, MIRRORS, then by its sha256 alone
 * from BB_CONTENT_MIRRORS and the host distribution's archive. Files of layers must be there.
 * Raises one text for all that cannot be had, with every place tried and its reason. */
void download_all(struct data *d);

#endif
