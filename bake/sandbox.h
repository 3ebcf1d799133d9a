/* sandbox: namespaces and mounts around one task. */
#ifndef BAKE_SANDBOX_H
#define BAKE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;
struct slice;
struct view;

#define SANDBOX_TMPDIR "/bake"       /* where a task sees TMPDIR */
#define SANDBOX_HOME "/no-home"      /* $HOME of tasks without network: it does not exist */
#define SANDBOX_HOST "/.host" /* the sysroot of compilers of build tools: the host with libc and HOSTLIBS */

/* What a task sees beside the fixed minimum (/dev, /proc, /etc, read-only host with headers
 * hidden). */
struct sandbox_bind {
	const char *from;        /* on the host */
	const char *to;          /* inside; same as from when NULL */
	bool writable;
};

struct sandbox {
	const struct view *view;
	const struct sandbox_bind *binds;
	size_t binds_count;
	bool network;            /* and every program of the host, for what fetching may call */
};

/* Once per build: see view_new. links: HOSTTOOLS_DIR, or NULL; libs: HOSTLIBS. */
struct view *sandbox_prepare(struct arena *a, const char *tmpdir, const char *links,
		struct slice libs);

/* Can this kernel make sandboxes for this user? Tried in a child of its own, so that there is time for
 * other work between asking and taking the answer. */
struct sandbox_probe {
	pid_t child;             /* −1: it could not even be started */
	int answer;              /* what the child found wrong comes from here */
};
struct sandbox_probe sandbox_ask(void);
/* Ends the probe. The reason (for "not hermetic") is in *why, static, when the answer is no. */
bool sandbox_answer(struct sandbox_probe *p, const char **why);
/* Forks a child in new namespaces: 0 in the child, which is uid 0 and pid 1 in there and dies with
 * its parent; its pid in the parent; −1 with a message. A child that cannot set up its mounts
 * says why and exits 1. */
pid_t sandbox_fork(const struct sandbox *s);
/* A text for people: paths of the sandbox below SANDBOX_TMPDIR as the host has them. In a. */
struct slice sandbox_on_host(struct arena *a, struct slice text, const char *tmpdir);

#endif
