/* source: the entries of SRC_URI: what each is, must be, and where it is on this machine. */
#ifndef BAKE_SOURCE_H
#define BAKE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "uri.h"
#include "util.h"

struct arena;
struct data;

enum source_kind {
	SOURCE_LOCAL,            /* file://: in a layer */
	SOURCE_REMOTE,           /* http, https, ftp: a file in DL_DIR */
	SOURCE_GIT,              /* git, gitsm: a bare repository in DL_DIR/git2 */
	SOURCE_PACKAGE,          /* package:///FILE: of the package that an earlier entry unpacked */
	SOURCE_FOREIGN,          /* what bake does not fetch */
};

/* Where a package is unpacked: destsuffix= or subdir= of its entry, below UNPACKDIR. */
#define SOURCE_PACKAGE_DIR "package"

enum { SOURCE_SUMS = HASH_SHA512 + 1 };

struct source {
	enum source_kind kind;
	struct uri uri;
	struct slice name;               /* name=; empty: none */
	/* REMOTE: accepted digests in lower case, by enum hash_kind; any one of a kind fits. */
	struct slices sums[SOURCE_SUMS];
	uint64_t size;                   /* REMOTE: bytes (SRC_URI[size]); 0: not given */
	bool unpinned;                   /* GIT: its revision is no commit: a problem */
	struct slice commit;             /* GIT: 40 or 64 hex digits, unless there is a problem */
	const char *problem;             /* why it cannot be fetched; NULL: it can */
	const char *path;                /* LOCAL: NULL when not found; PACKAGE: below UNPACKDIR; else in
	                                  * DL_DIR */
};

struct sources {
	struct source *v;
	size_t n;
};

/* Tells the commit that AUTOREV stands for, when BB_AUTOREV allows it: unset and *why when it cannot
 * be had. Set once per process; without it there is none. */
typedef struct slice source_autorev_fn(struct data *d, const struct source *s, struct slice *why);
void source_autorev(source_autorev_fn *fn);

/* Reads SRC_URI of d. Raises for what is no URL and for a sum that is no sum. Nothing is looked for
 * in the network. */
struct sources source_list(struct data *d);
/* The same for one URL. */
struct source source_read(struct data *d, struct slice url);
/* Raises when s has a problem: a foreign scheme, a repository without a full commit. They are no
 * fault as long as nobody builds the recipe. */
void source_demand(const struct source *s);
/* Where a file:// path may be, in the order of FILESPATH: all places up to the first where it
 * is. */
void source_places(struct data *d, const struct source *s, struct slices *places);
/* The path of a source that must be there by now; raises, naming the places, when it is not. */
const char *source_path(struct data *d, const struct source *s);
/* GIT: the name of a tarball of the repository: "git2_HOST.PATH.tar.gz". */
struct slice source_tarball(struct arena *a, const struct source *s);
/* GIT: is it asked to come with its submodules? */
bool source_has_modules(const struct source *s);
/* A submodule of s at this commit; url as .gitmodules has it, relative ones included. Raises for
 * one that leads to this machine's files from another's. */
struct source source_module(struct data *d, const struct source *s, struct slice url,
		struct slice commit);
/* The variable whose value is its revision: "SRCREV" or "SRCREV_name". In arena a. */
const char *source_revision(struct arena *a, const struct source *s);
/* The flag that holds its digest of this kind: "sha256sum" or "NAME.sha256sum". In arena a. */
const char *source_flag(struct arena *a, const struct source *s, enum hash_kind kind);
bool source_is_patch(const struct source *s);

#endif
