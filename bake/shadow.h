/* shadow: a directory of links to some files of a host's directory, to stand in its place. */
#ifndef BAKE_SHADOW_H
#define BAKE_SHADOW_H

#include "util.h"

struct arena;

enum shadow_kind {
	SHADOW_RUNTIME,          /* libraries as the host's own programs load them (libz.so.1) */
	SHADOW_FOREIGN,          /* libraries of another machine: the compiler's own alone */
	SHADOW_LINKING,          /* runtime, and what programs are linked with: libc's files and those named */
	SHADOW_HEADERS,          /* headers of libc, of the kernel and of C++, and those named */
	SHADOW_MODULES,          /* modules of an interpreter: those named alone, "six" for six.py */
};

struct shadow {
	struct arena *arena;
	const char *keep;        /* the directory where shadows are kept */
	const char *whole;       /* where in a sandbox the links lead: the host's files, none hidden */
	struct slices named;     /* files (and directories of headers, modules) beside libc's */
};

/* The shadow of dir, made again when dir or what is named has changed. In the arena; NULL: message
 * given. */
const char *shadow_make(const struct shadow *s, const char *dir, enum shadow_kind kind);

#endif
