/* repository: a repository of SRC_URI, in DL_DIR/git2 and from there to where it is built, with its
 * submodules. */
#ifndef BAKE_REPOSITORY_H
#define BAKE_REPOSITORY_H

struct data;
struct hunt;
struct source;

/* Gets the commit from a tarball in DL_DIR or the places of h. 0, or −1 with what was tried in h. */
int repository_get(struct hunt *h);
/* Lets AUTOREV be resolved where BB_AUTOREV = "1" allows it. Once per process. */
void repository_init(void);
/* Raises for a source without a full commit, with the line to add when its server tells it. */
_Noreturn void repository_pin(struct hunt *h);
/* Its files below dir (made), only those of subpath= when it has one. Raises. */
void repository_unpack(struct data *d, const struct source *s, const char *dir);
/* Writes the tarball of the repository (as from BB_GENERATE_MIRROR_TARBALLS) and, for each submodule,
 * one of its own, into dir. Raises. */
void repository_pack(struct data *d, const struct source *s, const char *dir);

#endif
