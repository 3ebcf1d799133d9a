/* recipe: one recipe file to recipe records (one a BBCLASSEXTEND variant) or one reported error.
 * A record is plain data: the store it came from is gone. It can be written to a pipe or a file and
 * read back, so that worker processes parse and a cache stays possible. */
#ifndef BAKE_RECIPE_H
#define BAKE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct atom;
struct buf;
struct config;
struct data;
struct layer_file;

/* What one task of a recipe is, as the graph, the plan and the scheduler need it. Lists are of words,
 * expanded. */
struct recipe_task {
	const struct atom *name;         /* do_compile */
	struct slices after;             /* tasks of the same recipe it comes after */
	struct slices depends;           /* [depends]: "PN:do_task" */
	struct slices rdepends;          /* [rdepends] */
	struct slices deptask;           /* [deptask]: tasks of what DEPENDS names */
	struct slices rdeptask;          /* [rdeptask]: tasks of what RDEPENDS names */
	struct slices recrdeptask;       /* [recrdeptask] */
	struct slices recideptask;       /* [recideptask] */
	struct slices mcdepends;
	struct slices file_checksums;    /* [file-checksums]: "path:True|False" */
	struct slices plaindirs;         /* [sstate-plaindirs] */
	struct slices inputdirs, outputdirs;     /* [sstate-inputdirs], [sstate-outputdirs]: pairs */
	struct slice stamp_extra;        /* [stamp-extra-info] */
	struct slice base_hash;          /* hex sha256 */
	bool noexec, nostamp, network;
	bool cached;                     /* has plaindirs or outputdirs: its trees are an artefact */
};

struct recipe_package {
	struct slice name;
	struct slices rprovides, rdepends, rrecommends;
};

struct recipe {
	struct slice file;               /* absolute path of the .bb */
	struct slice variant;            /* class of BBCLASSEXTEND, else empty */
	struct slice id;                 /* file, or "virtual:CLASS:file" */
	struct slice pn, pe, pv, pr;
	struct slice skipped;            /* why it cannot be used; unset when it can */
	struct slice layer;              /* its collection */
	int priority;                    /* of that collection */
	int default_preference;
	struct slices provides, depends; /* PN is the first of provides */
	struct slices packages, packages_dynamic;    /* PACKAGES, or PN when that is empty */
	struct slices rprovides, rdepends, rrecommends;  /* of the recipe itself: RPROVIDES … */
	struct recipe_package *package;  /* one a word of packages */
	size_t packages_count;
	struct slices inherits, appends; /* class names in order; bbappend files */
	bool exclude_from_world;
	struct recipe_task *task;        /* in BitBake's task-list order; none when skipped */
	size_t tasks;
	struct slice stamp;              /* STAMP, expanded: prefix of the stamps' paths */
	struct slices inputs;            /* every file read to make this record */
};

const struct recipe_task *recipe_task_find(const struct recipe *r, const struct atom *name);

/* Evaluates file and its variants. Records are added to *list in arena a; a failing file gives none
 * and sets *fault. Returns 0 or −1. */
struct recipes {
	struct recipe *v;
	size_t n, cap;
};
int recipe_read(struct config *c, const struct layer_file *file, struct arena *a,
		struct recipes *list, struct fault *fault);

/* All recipe files of the configuration, on `jobs` worker processes. Failures come in the order of the
 * files, all of them; nothing is printed (fault_report each). Returns how many failed. Records come
 * in the order of the files. SIGINT ends the workers and counts every file not read as failed. */
struct recipe_failures {
	struct fault *v;
	size_t n, cap;
};
size_t recipe_read_all(struct config *c, unsigned jobs, struct arena *a, struct recipes *list,
		struct recipe_failures *failures);

/* A recipe's finished store (to run a task, for -e): id as in struct recipe. Raises. */
struct data *recipe_data(struct config *c, struct slice id, struct arena *a);
/* Why the recipe in d is to be left out (skipped by its code, COMPATIBLE_MACHINE, COMPATIBLE_HOST);
 * SLICE_NONE: it is not. */
struct slice recipe_skip_reason(struct data *d);

/* The record as bytes and back; recipe_unpack returns −1 for bytes recipe_pack did not write. Text of
 * the unpacked record points into bytes, which must live as long. */
void recipe_pack(const struct recipe *r, struct buf *out);
int recipe_unpack(struct slice bytes, struct arena *a, struct recipe *r, size_t *used);

#endif
