/* options: what was asked for on the command line. */
#ifndef BAKE_OPTIONS_H
#define BAKE_OPTIONS_H

#include <stdbool.h>

#include "util.h"

enum command {
	COMMAND_BUILD,
	COMMAND_PARSE,           /* -p */
	COMMAND_ENVIRONMENT,     /* -e */
	COMMAND_GRAPH,           /* -g */
	COMMAND_GETVAR,
	COMMAND_LAYERS,
	COMMAND_WHY,
	COMMAND_DIFFSIGS,
	COMMAND_DUMPSIG,
	COMMAND_SIGNATURES,      /* -S */
	COMMAND_CLEAN,
	COMMAND_CACHE,
	COMMAND_MIRROR,
	COMMAND_ARCHIVE,
	COMMAND_REFRESH,
	COMMAND_REPRO,
	COMMAND_RELEASE,
	COMMAND_VERIFY_RELEASE,
	COMMAND_RUN,
	COMMAND_IMAGE_INFO,
	COMMAND_LOCK,
	COMMAND_IMPORT,
};

enum { OPTIONS_JOBS_MOST = 4096 };       /* a pipe has room for as many tokens */

struct options {
	enum command command;
	struct slices words;             /* targets, recipes, names: what is not an option */
	const char *build_dir;           /* -B; NULL: to be found */
	struct slices assigns;           /* --set NAME=VALUE */
	struct slice task;               /* -c; unset: the default one */
	struct slice clear;              /* -C: this task of the targets runs again */
	struct slice signatures;         /* none or printdiff */
	struct slice recipe;             /* -r of getvar */
	struct slice flag;               /* --flag of getvar */
	struct slice vars;               /* --vars of -e --json: names, NAME* for a prefix; unset: all */
	unsigned max_age, max_size;      /* of cache gc: days, MB; 0: no limit */
	unsigned jobs;                   /* -j, up to OPTIONS_JOBS_MOST; 0: BB_NUMBER_THREADS or the processors */
	bool dry_run, keep_going, force, verbose, json, all;
	struct slices overrides;         /* --override of layers convert */
	bool write;                      /* --write of layers convert */
	const char *output;              /* -o of archive, release: a directory; NULL: its own */
	bool alone;                      /* not of the command line: mirrors are not asked */
	bool against_cache;              /* of repro */
	bool check, update;              /* of lock */
	bool value_only, unexpanded, history;    /* --value, --unexpand, --history of getvar */
};

/* Reads the command line into o. --help and --version are answered here and end the process with 0,
 * wrong usage with 2. */
void options_read(struct arena *a, struct options *o, int count, char **words);
/* The beginning of a command that runs bake itself for a build directory: this program, -B topdir and
 * every --set of o. Added to argv. */
void options_again(struct arena *a, const struct options *o, const char *topdir,
		struct slices *argv);

#endif
