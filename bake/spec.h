/* spec: what the spec of a package says, as rpmspec of the host expands it for an architecture:
 * tags, sources, patches in the order in which %prep applies them. */
#ifndef BAKE_SPEC_H
#define BAKE_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

/* A file of a Source tag. */
struct spec_source {
	struct slice file;       /* its name in the package */
	struct slice url;        /* as the tag has it; the file name when it is no URL */
	struct slice dir;        /* where %prep unpacks it, relative; unset: it does not */
};

/* One application of a patch. */
struct spec_patch {
	struct slice file;
	struct slice strip;      /* "1" */
	struct slice dir;        /* below (or beside: "../x") the source directory; empty: in it */
};

struct spec {
	struct slice name, version, release, licence, summary, url;
	struct slice dir;        /* the source directory, relative to where archives are unpacked */
	struct spec_source *source;
	size_t sources;
	struct spec_patch *patch;
	size_t patches;
	struct slices requires;  /* BuildRequires, names only */
	struct slices unused;    /* patches that are declared and not applied */
	struct slices missing;   /* patches that %prep applies and the package does not have */
	struct slices prep;      /* lines of %prep that are neither unpacking nor patching */
	struct slice build;      /* the text of %build, expanded */
};

struct spec_request {
	const char *file;        /* the .spec; sources are looked for beside it */
	const char *arch;        /* as rpm names it: x86_64, aarch64, riscv64; NULL: the host's */
	const char *path;        /* where rpmspec is looked up ("dir:dir") */
	const struct slices *files;      /* of macros, in rpm's format, absolute; NULL: none */
	const struct slices *macros;     /* "NAME VALUE" definitions over those; NULL: none */
};

/* Texts live in a. −1 and *why: rpmspec is not there, or what it said. */
int spec_read(struct arena *a, const struct spec_request *r, struct spec *s, struct slice *why);
/* The same of a text that rpmspec -P has printed for sources in dir: pure. Never fails: what is not
 * there stays empty. */
void spec_parse(struct arena *a, struct slice text, struct slice dir, struct spec *s);

#endif
