/* symptom: what the log of a failed task says was missing. Text only: nothing is looked up. */
#ifndef BAKE_SYMPTOM_H
#define BAKE_SYMPTOM_H

#include <stddef.h>

#include "util.h"

struct arena;

enum symptom_kind {
	SYMPTOM_HEADER,          /* zlib.h, openssl/ssl.h */
	SYMPTOM_LIBRARY,         /* z, of -lz */
	SYMPTOM_MODULE,          /* a module of pkg-config */
	SYMPTOM_PACKAGE,         /* what cmake looked for */
	SYMPTOM_PYTHON,          /* a module: yaml, yaml.reader */
	SYMPTOM_PERL,            /* a module, as a file's path without .pm: XML/Parser */
	SYMPTOM_TOOL,            /* a program, as it was called */
	SYMPTOM_NETWORK,         /* the host or address; empty: not said which */
	SYMPTOM_HOME,            /* a path below $HOME, the task's or the user's */
	SYMPTOM_BUILD_PATH,      /* a path below the build directory's real place */
	SYMPTOM_HOST_NAME,       /* the machine's real name */
	SYMPTOM_READ_ONLY,       /* a path that only the host could have written to */
};

struct symptom {
	enum symptom_kind kind;
	struct slice name;
};

/* What a task cannot know and its log is searched for; empty ones are not. */
struct symptom_secrets {
	struct slice home;       /* $HOME as the task saw it */
	struct slice real_home;  /* $HOME of who builds */
	struct slice topdir, tmpdir;     /* their real places */
	struct slice host;       /* the machine's real name */
};

enum { SYMPTOMS = 6 };           /* more than these would hide the first */

/* The symptoms in text, in its order, each once, SYMPTOMS at most; names are in text. Returns how
 * many. */
size_t symptom_find(struct slice text, const struct symptom_secrets *secrets,
		struct symptom found[SYMPTOMS]);

#endif
