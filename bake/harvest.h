/* harvest: all recipe files of a configuration, read by worker processes. */
#ifndef BAKE_HARVEST_H
#define BAKE_HARVEST_H

#include <stddef.h>

struct arena;
struct config;
struct fault;
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

#endif
