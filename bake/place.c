/* place: where messages point to. */
#include "place.h"
#include "map.h"
#include "util.h"

struct slice place_file(struct place at) {
	return at.file ? atom_slice(at.file) : SLICE_NONE;
}
