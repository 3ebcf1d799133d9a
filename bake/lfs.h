/* lfs: large files, which a repository keeps beside its commits. */
#ifndef BAKE_LFS_H
#define BAKE_LFS_H

struct gitrun;
struct slice;

/* Makes sure that the mirror has all large files of the commit. 0, or −1 and *why. */
int lfs_fetch(const struct gitrun *c, struct slice *why);
/* Puts them where their pointers are in dir, verified. 0, or −1 and *why. */
int lfs_place(const struct gitrun *c, const char *dir, struct slice *why);

#endif
