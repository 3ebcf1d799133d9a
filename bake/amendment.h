/* amendment: licence texts that are not those a recipe was written for, and in what they differ. */
#ifndef BAKE_AMENDMENT_H
#define BAKE_AMENDMENT_H

struct arena;
struct buf;
struct config;
struct recipe;

/* Adds to out, for each text of LIC_FILES_CHKSUM that is in the unpacked source of r with another
 * digest, a unified diff against the text the recipe was written for. That one is looked for by its
 * digest in LICENSE_DIRECTORY, among the artefacts of the recipe's do_populate_lic in SSTATE_DIR, and
 * in COMMON_LICENSE_DIR; where none has it, what was accepted last here is compared, or that is
 * said. Of a text that is gone, what may have taken its place. Returns how many texts differ. A recipe that cannot be evaluated has none. */
unsigned amendment_report(struct config *c, const struct recipe *r, struct arena *a,
		struct buf *out);

#endif
