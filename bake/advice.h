/* advice: what the writer of a line is likely to have meant. Texts for messages, nothing else. */
#ifndef BAKE_ADVICE_H
#define BAKE_ADVICE_H

#include <stdbool.h>

#include "util.h"

struct arena;

/* Why a line is no statement, and what to write. conf: it is of a .conf file. In arena a. */
struct slice advice_line(struct arena *a, struct slice line, bool conf);
/* What is odd about a name and flag that can be read: an operation or a flag misspelt. Unset: nothing. */
struct slice advice_name(struct arena *a, struct slice name, struct slice flag);
/* What a parameter of a SRC_URI entry (";unpak=0") was probably to be called; unset: it is one, or like
 * none. */
struct slice advice_parameter(struct slice name);

#endif
