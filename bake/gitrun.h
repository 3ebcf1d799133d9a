/* gitrun: the git program, one command at a time, for one repository. */
#ifndef BAKE_GITRUN_H
#define BAKE_GITRUN_H

#include <stdbool.h>

#include "util.h"

struct arena;

struct git_source {
	const char *url;         /* as git takes it; git_checkout needs none */
	const char *mirror;      /* the bare repository, made when absent */
	struct slice commit;     /* 40 (or 64) hex digits */
	struct slice branch;     /* for servers that give no single commits; unset: all */
	struct slice tag;        /* must lead to the commit; unset: none */
	const char *path;        /* where git is looked up ("dir:dir"); NULL: the usual places */
	const char *ca_bundle;   /* of a private authority; NULL: git's own */
	unsigned stall_s;        /* seconds a transfer may be slower than 10 bytes a second; 0: 30 */
	unsigned most_s;         /* seconds one transfer may take; 0: 3600 */
	unsigned attempts;       /* of a transfer that breaks off; 0: 3 */
	unsigned pause_ms;       /* before the second, then doubled; 0: 1000 */
	struct slice hosts;      /* the only ones that may be asked (BB_ALLOWED_NETWORKS): no redirection is
	                          * followed then; empty: all */
	bool offline;            /* only what the mirror holds */
	bool history;            /* all of the branch, not only the commit */
	bool lfs;                /* large files too */
};

struct gitrun {
	struct arena *arena;
	const struct git_source *g;
	bool own_settings;       /* leave the user's and the system's configuration out */
	bool transfer;           /* talks to a server: has a time limit */
	const char *index;       /* file for the index; NULL: git's own */
	const char *url;         /* of g, without credentials: what ps may show */
	struct slices settings;  /* "KEY VALUE" of git's configuration, for this run */
	const char *no_proxy;    /* in place of the environment's; NULL: that */
};

struct gitrun gitrun_new(struct arena *a, const struct git_source *g);
/* git --git-dir=MIRROR WORDS… ended by NULL. 0, or −1; its output (of both kinds) in *out. */
int gitrun(const struct gitrun *c, const char *const *words, struct slice *out);
/* The same for what talks to a server: it is given up in the end. */
int gitrun_transfer(const struct gitrun *c, const char *const *words, struct slice *out);
/* The lines of the output in which git says what went wrong, as one, without credentials. */
struct slice gitrun_reason(struct arena *a, struct slice output);
/* A program beside git; NULL: not installed. */
const char *gitrun_program(const struct gitrun *c, const char *name);
/* The ref that says the mirror holds the commit with all that belongs to it. */
const char *gitrun_ref(const struct gitrun *c);

#endif
