/* format: values into text by a pattern: Python's `%`, format specs and str.format. */
#ifndef BAKE_FORMAT_H
#define BAKE_FORMAT_H

#include "value.h"

/* pattern % args. Raises for a pattern and arguments that do not fit. */
struct slice format_percent(struct arena *a, struct slice pattern, struct value args);
/* format(v, spec), as in f"{v:spec}"; conversion is 'r', 's', 'a' or 0. */
struct slice format_value(struct arena *a, struct value v, char conversion, struct slice spec);
/* pattern.format(*args, **named); named is a dict. */
struct slice format_braces(struct arena *a, struct slice pattern, const struct value_list *args,
		struct value named);

#endif
