/* mirror: PREMIRRORS and MIRRORS: pairs of a pattern and a replacement, part by part of a URL, as
 * BitBake applies them (regular expressions; TYPE HOST PATH BASENAME MIRRORNAME in the
 * replacement). Pure. */
#ifndef BAKE_MIRROR_H
#define BAKE_MIRROR_H

#include "util.h"

struct arena;
struct uri;

/* Adds the URLs that the pairs in `mirrors` make of u, in order, without doubles. basename is the
 * name of the wanted file in DL_DIR (for git: that of a tarball of the repository). False and the
 * reason in *why when the variable's text is not pairs or a pattern is no regular expression. */
bool mirror_urls(struct arena *a, struct slice mirrors, const struct uri *u, struct slice basename,
		struct slices *urls, struct slice *why);

#endif
