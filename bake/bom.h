/* bom: the bill of materials of images: which packages are in them, of which recipes these are, and
 * of which sources and patches those. Facts only: spdx and cyclonedx write them. */
#ifndef BAKE_BOM_H
#define BAKE_BOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "revision.h"
#include "util.h"

struct agenda;
struct arena;
struct licences;

struct bom_layer {
	struct slice name;       /* its collection */
	struct revision at;
};

struct bom_source {
	struct slice url;        /* where it is had, without passwords */
	struct slice commit;     /* of a repository; unset: a file */
	struct slice sha256;     /* of a file; unset: not given */
};

struct bom_patch {
	struct slice name;
	char sha1[HASH_HEX], sha256[HASH_HEX];       /* sha1 empty: not known */
};

struct bom_recipe {
	struct slice pn, pv, licence;
	struct slice homepage, summary, supplier;    /* unset: not said */
	struct slice channel;    /* "openeuler", "upstream"; unset: nothing is fetched */
	struct slice cpe;        /* CPE 2.3; unset: nothing is fetched */
	struct bom_source *source;
	struct bom_patch *patch;
	size_t sources, patches;
	bool shipped;            /* a package of it is in an image */
	bool copyleft;           /* its source must be offered: see licence.h */
};

struct bom_package {
	struct slice name, version, arch, licence, summary;
	const struct bom_recipe *recipe; /* NULL: not of this build */
	const struct bom_package **depends;          /* of those that are in an image */
	size_t count;
};

struct bom_image {
	struct slice name;
	const struct bom_package **package;
	size_t packages;
};

struct bom {
	struct arena *arena;
	struct slice targets;    /* as asked for, space separated */
	char identity[HASH_HEX]; /* stands for all that the targets were made from */
	struct slice created;    /* "2011-04-05T23:00:00Z": of the build's fixed day, no clock's */
	struct licences *licences;
	struct bom_layer *layer;         /* in the order of BBLAYERS */
	struct bom_recipe *recipe;       /* sorted by name */
	const struct bom_package **package;          /* sorted by name */
	struct bom_image *image;
	size_t layers, recipes, packages, images;
};

/* Of a built and hashed agenda whose artefacts are in the store; image_dir holds the manifests
 * (NAME.manifest) of its images. Packages' data is read from the artefacts of do_package. 0, or −1
 * with a message. */
int bom_read(struct agenda *g, const char *image_dir, struct bom *b);
/* A package URL (pkg:generic/…) of a recipe, or of a package when p is set. In the arena of b. */
struct slice bom_purl(const struct bom *b, const struct bom_recipe *r, const struct bom_package *p);

#endif
