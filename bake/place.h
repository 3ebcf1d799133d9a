/* place: a line of a metadata file. */
#ifndef BAKE_PLACE_H
#define BAKE_PLACE_H

struct atom;
struct slice;

struct place {
	const struct atom *file; /* NULL: not from a file */
	int line;                /* 1-based */
};

/* The file as raise_at wants it: unset when there is none. */
struct slice place_file(struct place at);

#endif
