/* package: a distribution's source package (a repository or an SRPM: spec, archives, patches) as
 * the lines of a lock's stanza. */
#ifndef BAKE_PACKAGE_H
#define BAKE_PACKAGE_H

#include <stdbool.h>

#include "util.h"

struct data;

struct package_request {
	struct data *d;          /* the recipe's own store; it is changed */
	struct slice url;        /* of the repository, as git takes it; or that of SRC_URI's SRPM */
	struct slice commit;     /* unset: url is an SRPM */
	struct slice sha256;     /* of the SRPM */
	struct slice name;       /* NAME.spec */
	bool tree;               /* the repository is the source itself: no spec */
	const char *scratch;     /* a directory of ours, made and removed */
};

/* Fetches the package and adds what it says to *lines, from "version" on. Raises. */
void package_read(const struct package_request *r, struct buf *lines);
/* Raises, saying what to install, when this host cannot read a spec. */
void package_demand_tools(void);

#endif
