/* import: the command that makes a first recipe of a spec or an SRPM. */
#ifndef BAKE_IMPORT_H
#define BAKE_IMPORT_H

struct arena;
struct options;

/* bake import FILE.spec|FILE.src.rpm|URL [DIR]: writes DIR/NAME/NAME_VERSION.bb and, beside it in
 * files/, what of the package is no download. Exit status: 0 done, 1 failed, 2 usage. */
int import_package(struct arena *a, const struct options *o);

#endif
