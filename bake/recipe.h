/* recipe: one recipe file to recipe records (one a BBCLASSEXTEND variant) or one error. A record is
 * plain data: what the graph needs to know of a recipe without its store. */
#ifndef BAKE_RECIPE_H
#define BAKE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct atom;
struct config;
struct data;
struct layer_file;

#define RECIPE_NEEDS_PYTHON "needs Python: "

/* What one task of a recipe is, as the graph, the plan and the scheduler need it. Lists are of
 * words, expanded. */
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
	struct slices plaindirs;         /* [sstate-plaindirs] */
	struct slices inputdirs, outputdirs;     /* [sstate-inputdirs], [sstate-outputdirs] */
	struct slice stamp_extra;        /* [stamp-extra-info] */
	bool noexec, nostamp, network;
	bool cached;                     /* has plaindirs or outputdirs: they are an artefact */
	/* Set by recipe_identify. */
	struct slices file_checksums;    /* [file-checksums]: "path:True|False" */
	struct slice base_hash;          /* hex sha256 */
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
	struct slice skipped;            /* why it cannot be used; unset when it can. Begins with
	                                  * RECIPE_NEEDS_PYTHON where it is for that */
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
	bool identified;                 /* its tasks have their base hashes */
	struct slice stamp;              /* STAMP, expanded: prefix of the stamps' paths */
	/* What it depends on on disk (witness.h), for whoever keeps it. Unset: not to be kept. */
	struct slice witness;            /* of the record as it was read … */
	struct slice identity_witness;   /* … and of what recipe_identify added */
};

/* Does it make programs that run on the build machine (native, cross …)? */
bool recipe_is_native(const struct recipe *r);
const struct recipe_task *recipe_task_find(const struct recipe *r, const struct atom *name);

struct recipes {
	struct recipe *v;
	size_t n, cap;
};

/* Evaluates file and its variants and adds their records to *list (one that is skipped, where only
 * Python could make sense of the file and BB_NEEDS_PYTHON is "skip"). Records and the stores they
 * point into live in a. Returns 0, or −1 with *fault set (its text in a) and nothing added. */
int recipe_read(struct config *c, const struct layer_file *file, struct arena *a,
		struct recipes *list, struct fault *fault);

/* Evaluates the recipe again for what only the hashes of its tasks need: base hashes and the files
 * they cover. Most records never need it, and it is half of the work. Fails as recipe_read does,
 * when a variable that a task reaches cannot be expanded. */
int recipe_identify(struct config *c, struct recipe *r, struct arena *a, struct fault *fault);

/* A recipe's finished store (to run a task, for -e): id as in struct recipe. Raises. */
struct data *recipe_data(struct config *c, struct slice id, struct arena *a);
/* Why COMPATIBLE_MACHINE or COMPATIBLE_HOST leaves the recipe in d out; SLICE_NONE: they do not. */
struct slice recipe_skip_reason(struct data *d);

#endif
