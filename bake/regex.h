/* regex: Python's regular expressions as metadata uses them (PACKAGES_DYNAMIC, COMPATIBLE_MACHINE,
 * BBFILE_PATTERN, BBMASK, …): alternation, groups, classes, lazy and counted repeats, anchors,
 * look-ahead and look-behind. Bytes, not characters. No back-references. */
#ifndef BAKE_REGEX_H
#define BAKE_REGEX_H

#include <stdbool.h>

struct arena;
struct regex;
struct slice;

/* NULL and the reason in *why (a literal) for what is not a regular expression or not supported. */
struct regex *regex_new(struct arena *a, struct slice pattern, const char **why);
bool regex_match(const struct regex *r, struct slice text);    /* from the start, as re.match */
bool regex_search(const struct regex *r, struct slice text);   /* anywhere, as re.search */

#endif
