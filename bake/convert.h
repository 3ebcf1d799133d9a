/* convert: overrides as they were written before BitBake 1.52 (SRC_URI_append, FILES_${PN},
 * do_install_class-native) to the form of today (SRC_URI:append …). */
#ifndef BAKE_CONVERT_H
#define BAKE_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

/* What is known of a layer: its overrides, and the variables it sets in the old form. */
struct convert;

enum convert_kind {
	CONVERT_NONE,            /* not metadata: left alone */
	CONVERT_CONF,            /* conf/….conf, .conf.sample: assignments */
	CONVERT_RECIPE,          /* .bb .bbappend .inc .bbclass: functions too */
};

/* An old name. */
struct convert_hit {
	int line;
	struct slice old, new;
};

struct convert_hits {
	struct convert_hit *v;
	size_t n, cap;
};

/* Knows the architectures, machines and classes of OpenEmbedded-Core. Lives in a. */
struct convert *convert_new(struct arena *a);
/* A name that OVERRIDES may hold (a machine, a distribution, a family). */
void convert_override(struct convert *c, struct slice name);
/* By the ending of the name; a .conf file counts below a directory conf alone. */
enum convert_kind convert_kind_of(struct slice path);
/* Takes from a text what the others refer to: to be called for all texts of a layer before the first
 * convert_text. */
void convert_learn(struct convert *c, struct slice text, enum convert_kind kind);
/* The text with colons in place of the underscores that begin an override; it has the same length,
 * and nothing else differs. Converting again changes nothing. The old names are added to hits (may
 * be NULL), in order. Memory of arena a. */
struct slice convert_text(const struct convert *c, struct arena *a, struct slice text,
		enum convert_kind kind, struct convert_hits *hits);

#endif
