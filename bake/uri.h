/* uri: a SRC_URI entry taken apart: "type://user:password@host/path;name=value;…". Pure. */
#ifndef BAKE_URI_H
#define BAKE_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

struct uri_param {
	struct slice name, value;
};

struct uri {
	struct slice text;       /* as written */
	struct slice scheme, user, password, host;   /* host with its port; empty for file */
	struct slice path;       /* unquoted; with its leading "/" when there is a host */
	struct uri_param *params;
	size_t params_count;
};

/* False and a reason (literal) in *why for what is no such entry. */
bool uri_parse(struct arena *a, struct slice text, struct uri *u, const char **why);
struct slice uri_param(const struct uri *u, const char *name);       /* unset when absent */
bool uri_flag(const struct uri *u, const char *name, bool fallback); /* 1/true/yes … */
/* Is its host one of those named (BB_ALLOWED_NETWORKS: globs, IPv6 without brackets; empty: all are)? Not
 * where others may read another host in it. */
bool uri_host_allowed(struct arena *a, struct slice url, struct slice hosts);
/* Is such a parameter given that is neither yes nor no? */
bool uri_flag_odd(const struct uri *u, const char *name);
void uri_param_set(struct arena *a, struct uri *u, struct slice name, struct slice value);
struct slice uri_text(struct arena *a, const struct uri *u);         /* put together again */
struct slice uri_remote(struct arena *a, const struct uri *u);       /* without parameters */

#endif
