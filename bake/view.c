/* view: found out once per build, so that a task pays for system calls alone.
 *
 * A task must not see what the host would compile or link against: directories of headers and libraries
 * are replaced by shadows, of programs by a toolbox. The host without libraries to link stands in the
 * root; with libc's, below the sysroot of the compilers of build tools (BUILD_CC, by --sysroot). */
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "shadow.h"
#include "toolbox.h"
#include "util.h"

/* --- lists of mounts --- */

static void add(struct view *v, struct view_binds *list, struct view_bind b) {
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct view_bind *more = ARENA_ARRAY(v->arena, struct view_bind, cap);
		if (list->n)
			memcpy(more, list->v, list->n * sizeof *more);
		list->v = more;
		list->cap = cap;
	}
	list->v[list->n++] = b;
}

/* Binds what `from` leads to on the host; nothing when it is not there. */
static void add_bind(struct view *v, struct view_binds *list, const char *from, const char *to) {
	char *real = os_realpath(v->arena, from);
	if (!real)
		return;
	struct view_bind b = { arena_printf(v->arena, VIEW_OLD "%s", real).p, to, VIEW_READ,
		!os_is_dir(real) };
	add(v, list, b);
}

static void add_host_path(struct view *v, struct view_binds *list, const char *path) {
	add_bind(v, list, path, path);
}

const char *view_below(const struct view *v, const char *name) {
	return arena_printf(v->arena, "%s/%s", v->dir, name).p;
}

/* The host's programs, below prefix: /usr, and /bin and its like as the links or directories they
 * are. */
static void add_root_dirs(struct view *v, const char *prefix) {
	static const char *const names[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/libx32" };
	add_bind(v, &v->all, "/usr", arena_printf(v->arena, "%s/usr", prefix).p);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *to = arena_printf(v->arena, "%s%s", prefix, names[i]).p;
		char text[256];
		ssize_t n = readlink(names[i], text, sizeof text);
		if (n > 0) {
			struct slice link = { text, (size_t)n };
			struct view_bind b = { arena_str(v->arena, link), to, VIEW_LINK, false };
			add(v, &v->all, b);
		} else {
			add_bind(v, &v->all, names[i], to);
		}
	}
}

static void add_devices(struct view *v) {
	static const char *const nodes[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
		"/dev/urandom", "/dev/tty" };
	static const struct view_bind links[] = {
		{ "/proc/self/fd", "/dev/fd", VIEW_LINK, false },
		{ "fd/0", "/dev/stdin", VIEW_LINK, false },
		{ "fd/1", "/dev/stdout", VIEW_LINK, false },
		{ "fd/2", "/dev/stderr", VIEW_LINK, false },
		{ "pts/ptmx", "/dev/ptmx", VIEW_LINK, false },
	};
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		struct view_bind b = { arena_printf(v->arena, VIEW_OLD "%s", nodes[i]).p, nodes[i],
			VIEW_WRITE, true };
		if (os_exists(nodes[i]))
			add(v, &v->all, b);
	}
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		add(v, &v->all, links[i]);
}

/* --- the small /etc --- */

/* Writes it unless it is there as it should be: a power cut may have left the name alone. */
static int write_known(struct view *v, const char *path, struct slice text) {
	struct slice there;
	bool good = os_is_file(path) && os_read(v->arena, path, &there) == 0 && slice_eq(there, text);
	return good ? 0 : os_write(path, text, 0644, false);
}

static int write_etc_files(struct view *v) {
	static const struct { const char *name, *text;
	} files[] = {
		{ "passwd", "root:x:0:0:root:/no-home:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" },
		{ "group", "root:x:0:\nnogroup:x:65534:\n" },
		{ "hostname", "bake\n" },
		{ "hosts", "127.0.0.1 localhost bake\n::1 localhost\n" },
		{ "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n" },
		{ "ld.so.cache", "" },
		{ "ld.so.conf", "" },
		{ "resolv.conf", "" },
		{ "gitconfig", "" },
	};
	static const char *const dirs[] = { "etc/ld.so.conf.d", "etc/alternatives", "etc/ssl",
		"etc/pki", "etc/ca-certificates", "etc/apt", "etc/yum.repos.d", "etc/ssh", "empty",
		"root", "lib" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (os_mkdirs(view_below(v, dirs[i])) < 0)
			return -1;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *path = arena_printf(v->arena, "%s/etc/%s", v->dir, files[i].name).p;
		if (write_known(v, path, slice_of(files[i].text)) < 0)
			return -1;
	}
	return 0;
}

/* Modes are seen too: they are not the caller's umask. */
static int write_etc(struct view *v) {
	mode_t before = umask(022);
	int result = write_etc_files(v);
	umask(before);
	return result;
}

static void add_etc(struct view *v) {
	static const char *const always[] = { "/etc/ld.so.cache", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d", "/etc/alternatives" };
	/* The package manager's too: sources are looked for in its index. */
	static const char *const network[] = { "/etc/resolv.conf", "/etc/ssl", "/etc/pki",
		"/etc/ca-certificates", "/etc/apt", "/etc/yum.repos.d", "/etc/gitconfig",
		"/etc/ssh", "/var/lib/apt", "/var/lib/dpkg" };
	const char *home = getenv("HOME");
	add_bind(v, &v->all, view_below(v, "etc"), "/etc");
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		add_host_path(v, &v->all, always[i]);
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		add_host_path(v, &v->network, network[i]);
	if (home) {
		add_host_path(v, &v->network, arena_printf(v->arena, "%s/.netrc", home).p);
		add_host_path(v, &v->network, arena_printf(v->arena, "%s/.gitconfig", home).p);
		/* ssh looks where the password file says that root's home is. */
		add_bind(v, &v->network, arena_printf(v->arena, "%s/.ssh", home).p, "/root/.ssh");
	}
	if (getenv("SSH_AUTH_SOCK"))
		add_host_path(v, &v->network, getenv("SSH_AUTH_SOCK"));
}

/* --- headers and libraries --- */

/* Shadows of every directory that fits the pattern; each stands at prefix and its own path. */
static int shadow_all(struct view *v, const char *pattern, enum shadow_kind kind, const char *prefix) {
	struct shadow s = { v->arena, view_below(v, "lib"), VIEW_WHOLE, v->named };
	struct slices dirs = { 0 };
	os_glob(v->arena, pattern, &dirs);
	for (size_t i = 0; i < dirs.n; i++) {
		if (!os_is_dir(dirs.v[i].p))
			continue;
		const char *shadow = shadow_make(&s, dirs.v[i].p, kind);
		if (!shadow)
			return -1;
		add_bind(v, &v->all, shadow, arena_printf(v->arena, "%s" SFMT, prefix,
			SARG(dirs.v[i])).p);
	}
	return 0;
}

static void hide_all(struct view *v, const char *pattern, const char *prefix) {
	struct slices dirs = { 0 };
	os_glob(v->arena, pattern, &dirs);
	for (size_t i = 0; i < dirs.n; i++)
		if (os_is_dir(dirs.v[i].p))
			add_bind(v, &v->all, view_below(v, "empty"),
				arena_printf(v->arena, "%s" SFMT, prefix, SARG(dirs.v[i])).p);
}

#define LIBRARIES "/usr/lib/*-linux-gnu*"
#define CROSS_LIBRARIES "/usr/*-linux-*/lib"

/* What links of shadows lead to. Nothing looks here by itself. */
static void add_whole(struct view *v) {
	static const char *const patterns[] = { "/usr/include", "/usr/lib64", LIBRARIES,
		CROSS_LIBRARIES };
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct slices dirs = { 0 };
		os_glob(v->arena, patterns[i], &dirs);
		for (size_t k = 0; k < dirs.n; k++)
			if (os_is_dir(dirs.v[k].p))
				add_bind(v, &v->all, dirs.v[k].p, arena_printf(v->arena,
					VIEW_WHOLE SFMT, SARG(dirs.v[k])).p);
	}
}

/* In the root nothing can be compiled against the host. Below v->sysroot, where compilers for the build
 * machine look, there is libc, and what HOSTLIBS names. */
static int hide_headers(struct view *v) {
	static const char *const hidden[] = { "/usr/local", "/usr/lib32", "/usr/libx32",
		"/usr/lib/pkgconfig", "/usr/lib/cmake", "/usr/share/pkgconfig",
		"/usr/*-linux-*/include", "/usr/*-linux-*/sys-root" };
	const char *const prefixes[] = { "", v->sysroot };
	add_whole(v);
	hide_all(v, "/usr/include", "");
	for (size_t k = 0; k < 2; k++) {
		enum shadow_kind kind = k ? SHADOW_LINKING : SHADOW_RUNTIME;
		for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
			hide_all(v, hidden[i], prefixes[k]);
		if (shadow_all(v, LIBRARIES, kind, prefixes[k]) < 0
				|| shadow_all(v, "/usr/lib64", kind, prefixes[k]) < 0
				|| shadow_all(v, CROSS_LIBRARIES, SHADOW_FOREIGN, prefixes[k]) < 0)
			return -1;
	}
	return shadow_all(v, "/usr/include", SHADOW_HEADERS, v->sysroot);
}

/* --- modules of Python and Perl --- */

/* What an interpreter brings itself stays; what packages of the host add to it is a library like any other. */
static const char *const module_dirs[] = { "/usr/lib/python3*/dist-packages",
	"/usr/lib*/python3*/site-packages", "/usr/share/perl5/vendor_perl", "/usr/lib64/perl5/vendor_perl",
	"/usr/lib/*-linux-gnu*/perl5/*", "/usr/share/perl5" };

#define WHOLE_MODULES VIEW_WHOLE "/modules"

/* Perl's own modules are in /usr/share/perl5 with some distributions. */
static bool is_interpreters(struct arena *a, const char *dir) {
	return os_exists(arena_printf(a, "%s/strict.pm", dir).p);
}

static int show_modules(struct view *v, const char *dir) {
	struct shadow s = { v->arena, view_below(v, "lib"), WHOLE_MODULES, v->named };
	const char *shadow = shadow_make(&s, dir, SHADOW_MODULES);
	if (!shadow)
		return -1;
	add_bind(v, &v->tools, dir, arena_printf(v->arena, WHOLE_MODULES "%s", dir).p);
	add_bind(v, &v->tools, shadow, dir);
	return 0;
}

static int hide_modules(struct view *v) {
	struct slices dirs = { 0 };
	for (size_t i = 0; i < sizeof module_dirs / sizeof *module_dirs; i++)
		os_glob(v->arena, module_dirs[i], &dirs);
	for (size_t i = 0; i < dirs.n; i++)
		if (os_is_dir(dirs.v[i].p) && !is_interpreters(v->arena, dirs.v[i].p)
				&& show_modules(v, dirs.v[i].p) < 0)
			return -1;
	return 0;
}

/* --- programs --- */

static int show_tools(struct view *v, const char *links) {
	const char *tree = toolbox_make(v->arena, view_below(v, "tools"), links);
	if (!tree)
		return -1;
	for (const char *const *dir = toolbox_dirs; *dir; dir++) {
		struct stat st;
		if (lstat(*dir, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		const char *from = arena_printf(v->arena, "%s%s", tree, *dir).p;
		add_bind(v, &v->tools, from, *dir);
		if (slice_starts(slice_of(*dir), "/usr/"))
			add_bind(v, &v->tools, from, arena_printf(v->arena, "%s%s", v->sysroot, *dir).p);
	}
	if (os_is_dir("/etc/alternatives"))
		add_bind(v, &v->tools, arena_printf(v->arena, "%s/etc/alternatives", tree).p,
			"/etc/alternatives");
	return 0;
}

struct view *view_new(struct arena *a, const struct view_options *o) {
	struct view *v = ARENA_NEW(a, struct view);
	v->arena = a;
	v->sysroot = o->sysroot;
	slices_words(a, &v->named, o->libs);
	v->dir = arena_printf(a, "%s/sandbox", o->tmpdir).p;
	if (write_etc(v) < 0) {
		error("sandbox: %s: %s", v->dir, strerror(errno));
		return NULL;
	}
	add_root_dirs(v, "");
	add_root_dirs(v, v->sysroot);
	add_devices(v);
	add_etc(v);
	add_bind(v, &v->all, o->tmpdir, o->as);
	v->all.v[v->all.n - 1].kind = VIEW_WRITE;
	/* What all sandboxes are made of is no task's to change. */
	add_bind(v, &v->all, view_below(v, "empty"), arena_printf(a, "%s/sandbox", o->as).p);
	if (o->links && show_tools(v, o->links) < 0)
		return NULL;
	return hide_headers(v) < 0 || hide_modules(v) < 0 ? NULL : v;
}
