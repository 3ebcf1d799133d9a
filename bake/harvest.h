/* harvest: recipe files read and records completed by worker processes. */
#ifndef BAKE_HARVEST_H
#define BAKE_HARVEST_H

#include <stddef.h>

struct arena;
struct config;
struct fault;
struct recipe;
struct recipes;

struct harvest_faults {
	struct fault *v;
	size_t n, cap;
};

/* Reads every file on `jobs` forked workers (1: in this process) and adds the records to *list,
 * in the order of the files. What failed is added to *faults in that order too, nothing of it is
 * printed; a worker that dies counts as a fault of the file it was at. Warnings of workers are
 * given in the order of the files. Records and faults live in a. Returns how many files failed. */
size_t harvest(struct config *c, unsigned jobs, struct arena *a, struct recipes *list,
		struct harvest_faults *faults);

/* Records, no two of one id. */
struct harvest_wanted {
	struct recipe **v;
	size_t n;
};

/* Completes records as recipe_identify does; jobs, faults and the result as of harvest. */
size_t harvest_identify(struct config *c, unsigned jobs, struct arena *a,
		const struct harvest_wanted *wanted, struct harvest_faults *faults);

#endif
