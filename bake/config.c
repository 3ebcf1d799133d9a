/* config: the list of faults and a table; everything else here is plain data. */
#include "config.h"

#include <string.h>

const char *const config_restless[] = { "PWD", "DATE", "TIME", NULL };

void layer_fault(struct arena *a, struct layer_faults *list, struct slice file, int line,
		struct slice text) {
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 4;
		struct fault *v = ARENA_ARRAY(a, struct fault, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	struct fault *f = &list->v[list->n++];
	*f = (struct fault){ .line = line, .message = arena_dup(a, text) };
	if (file.p)
		f->file = arena_dup(a, file);
}
