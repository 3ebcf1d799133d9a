/* sandbox: namespaces and mounts around one task. */
#ifndef BAKE_SANDBOX_H
#define BAKE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* What a task sees beside the fixed minimum (/dev, /proc, /etc, read-only host with headers hidden). */
struct sandbox_bind {
	const char *from;        /* on the host */
	const char *to;          /* inside; same as from when NULL */
	bool writable;
};

struct sandbox {
	const char *tmpdir;      /* the real TMPDIR, seen as /bake, writable */
	const struct sandbox_bind *binds;
	size_t binds_count;
	bool network;
	bool host_headers;       /* native recipes: /usr/include and development libraries stay visible */
};

/* Can this kernel make such sandboxes for this user? Tried once; the reason (for "not hermetic")
 * in *why when not. */
bool sandbox_works(const char **why);
/* In a forked child: enters new namespaces and returns in the sandbox as uid 0 and pid 1's child
 * (0), or −1 with a message. */
int sandbox_enter(const struct sandbox *s);

#endif
