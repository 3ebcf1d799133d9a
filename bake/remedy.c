/* remedy: a header or library belongs to a recipe. Which one is known for certain when that recipe's
 * sysroot is in the build directory; else a recipe of a like name is offered, and said to be that;
 * else nobody knows, which is said too. */
#include "remedy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "graph.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "provider.h"
#include "recipe.h"
#include "symptom.h"
#include "util.h"

enum { HOST_NAME_LEAST = 3 };    /* shorter names stand in many lines */

/* The question about one symptom. */
struct ask {
	const struct remedy *r;
	struct arena *arena;
	const struct task *task;
	struct slice name;
	bool native;
	struct buf *out;
};

/* --- which recipe? --- */

/* Recipes that are not named like what they have. */
static const struct { const char *name, *recipe; } known[] = {
	{ "z", "zlib" }, { "ssl", "openssl" }, { "crypto", "openssl" }, { "elf", "elfutils" },
	{ "dw", "elfutils" }, { "gelf", "elfutils" }, { "lzma", "xz" }, { "bz2", "bzip2" },
	{ "bzlib", "bzip2" }, { "numa", "numactl" }, { "pci", "pciutils" }, { "mnl", "libmnl" },
	{ "cap", "libcap" }, { "curses", "ncurses" }, { "tinfo", "ncurses" }, { "udev", "systemd" },
	{ "uuid", "util-linux" }, { "blkid", "util-linux" }, { "mount", "util-linux" },
	{ "c", "virtual/libc" }, { "m", "virtual/libc" }, { "pthread", "virtual/libc" },
	{ "crypt", "libxcrypt" }, { "python", "python3" },
};

static const char *native_name(const struct ask *q, struct slice name) {
	bool has = slice_ends(name, "-native");
	return arena_printf(q->arena, SFMT "%s", SARG(name), q->native && !has ? "-native" : "").p;
}

/* A recipe of that name, as this one would DEPEND on it; NULL: there is none. */
static const char *recipe_named(const struct ask *q, const char *name) {
	const char *wanted = native_name(q, slice_of(name));
	const struct provider_choice *c = provider_build(q->r->providers, slice_of(wanted));
	return c->n ? wanted : NULL;
}

/* "openssl/ssl.h" → "openssl", "ssl"; "glib-2.0" → "glib-2.0", "glib"; each also with "lib" before it
 * and under the name that is known. */
static const char *recipe_like(const struct ask *q, struct slice name) {
	struct arena *a = q->arena;
	const char *found = NULL;
	char *word = arena_str(a, name);
	for (char *c = word; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < sizeof known / sizeof *known && !found; i++)
		if (strcmp(known[i].name, word) == 0)
			found = recipe_named(q, known[i].recipe);
	if (!found)
		found = recipe_named(q, word);
	return found ? found : recipe_named(q, arena_printf(a, "lib%s", word).p);
}

static const char *recipe_like_file(const struct ask *q) {
	size_t slash = 0;
	bool deep = slice_find(q->name, "/", &slash);
	const char *found = deep ? recipe_like(q, slice_sub(q->name, 0, slash)) : NULL;
	struct slice base = os_basename(q->name);
	if (!found && slice_ends(base, ".h"))
		found = recipe_like(q, slice_sub(base, 0, base.n - 2));
	return found;
}

static const char *recipe_like_module(const struct ask *q) {
	size_t dash = q->name.n;
	const char *found = recipe_like(q, q->name);
	while (!found && dash > 0 && q->name.p[dash - 1] != '-')
		dash--;
	if (!found && dash > 1 && isdigit((unsigned char)q->name.p[dash]))
		found = recipe_like(q, slice_sub(q->name, 0, dash - 1));
	if (!found && slice_starts(q->name, "lib"))
		found = recipe_like(q, slice_sub(q->name, 3, q->name.n));
	return found;
}

/* The recipe whose sysroot has one of the files, which `form` (NULL-terminated) makes of the name. */
static const char *recipe_with(const struct ask *q, const char *const *form, bool native) {
	struct slice dir = data_text(q->r->config, "COMPONENTS_DIR");
	for (; dir.n && *form; form++) {
		struct slices paths = { 0 };
		struct buf pattern = { .arena = q->arena };
		size_t at = (size_t)(strchr(*form, '%') - *form);
		buf_addf(&pattern, SFMT "/*/*/%.*s" SFMT "%s", SARG(dir), (int)at, *form,
				SARG(q->name), *form + at + 1);
		os_glob(q->arena, pattern.p, &paths);
		for (size_t i = 0; i < paths.n; i++) {
			struct slice rest = slice_sub(paths.v[i], dir.n + 1, paths.v[i].n), pn;
			slice_field(&rest, '/', &pn);
			slice_field(&rest, '/', &pn);
			if (slice_ends(pn, "-native") == native)
				return arena_str(q->arena, pn);
		}
	}
	return NULL;
}

/* --- what to say --- */

static void say(const struct ask *q, const char *what, const char *which) {
	buf_addf(q->out, "missing: %s: %s: ", what, which);
}

/* host: what HOSTLIBS would say to show the host's own; NULL: it has none. That is for programs of the
 * build machine, of which a log does not tell whether this was one. */
static void depend(const struct ask *q, const char *certain, const char *like, const char *host) {
	const struct recipe *r = q->task->recipe;
	const char *name = certain ? certain : like;
	bool has = name && slices_has(&r->depends, slice_of(name));
	if (!name)
		buf_addf(q->out, "no recipe is known to have it: find or write one and add its name "
			"to DEPENDS of " SFMT, SARG(r->pn));
	else if (has)
		buf_addf(q->out, "%s, which is in DEPENDS, does not bring it%s", name,
			certain ? " to this task: is it where the task looks?" : "");
	else
		buf_addf(q->out, "recipe %s %s: add \"%s\" to DEPENDS of " SFMT, name,
			certain ? "has it" : "has it, to go by its name", name, SARG(r->pn));
	if (host && q->r->hermetic && (!name || has))
		buf_addf(q->out, "; a program of the build machine (BUILD_CC) may use the host's: "
			"HOSTLIBS += \"%s\"", host);
	buf_addf(q->out, "\n");
}

static struct slice up_to(struct slice name, char end) {
	size_t n = 0;
	while (n < name.n && name.p[n] != end)
		n++;
	return slice_sub(name, 0, n);
}

/* Has the host the file, in one of the two places each? */
static bool host_has(const struct ask *q, const char *one, const char *other, const char *file) {
	struct slices found = { 0 };
	os_glob(q->arena, arena_printf(q->arena, "%s/%s", one, file).p, &found);
	os_glob(q->arena, arena_printf(q->arena, "%s/%s", other, file).p, &found);
	return found.n > 0;
}

static void tell_header(const struct ask *q) {
	static const char *const form[] = { "usr/include/%", "usr/include/*/%", NULL };
	const char *file = arena_str(q->arena, q->name);
	bool host = host_has(q, "/usr/include", "/usr/include/*-linux-gnu*", file);
	say(q, "header", file);
	depend(q, recipe_with(q, form, q->native), recipe_like_file(q),
		host ? arena_str(q->arena, up_to(q->name, '/')) : NULL);
}

static void tell_library(const struct ask *q) {
	static const char *const form[] = { "usr/lib/lib%.so", "usr/lib/lib%.a", NULL };
	const char *file = arena_printf(q->arena, "lib" SFMT ".so", SARG(q->name)).p;
	bool host = host_has(q, "/usr/lib/*-linux-gnu*", "/usr/lib64", file);
	say(q, "library", arena_printf(q->arena, "-l" SFMT, SARG(q->name)).p);
	depend(q, recipe_with(q, form, q->native), recipe_like(q, q->name), host ? file : NULL);
}

static void tell_module(const struct ask *q) {
	static const char *const form[] = { "usr/lib/pkgconfig/%.pc", "usr/share/pkgconfig/%.pc",
		NULL };
	say(q, "pkg-config module", arena_str(q->arena, q->name));
	depend(q, recipe_with(q, form, q->native), recipe_like_module(q), NULL);
}

static void tell_package(const struct ask *q) {
	say(q, "cmake package", arena_str(q->arena, q->name));
	depend(q, NULL, recipe_like_module(q), NULL);
}

/* The interpreter is the host's; what the host adds to it is there when it is named. */
static void tell_script(const struct ask *q, const char *what, char separator) {
	struct slice first = up_to(q->name, separator);
	say(q, what, arena_str(q->arena, q->name));
	buf_addf(q->out, q->r->hermetic ? "of the host's only what HOSTLIBS names is there: "
		"HOSTLIBS += \"" SFMT "\", or a recipe that makes it in DEPENDS\n" :
		"the host does not have " SFMT ": install it\n", SARG(first));
}

static bool is_host_tool(const struct ask *q, struct slice name) {
	struct slices words = { 0 };
	slices_words(q->arena, &words, data_text(q->r->config, "HOSTTOOLS"));
	slices_words(q->arena, &words, data_text(q->r->config, "HOSTTOOLS_NONFATAL"));
	return slices_has(&words, name);
}

/* Build tools come from a recipe where there is one; the host's are the exception. */
static void tell_tool(const struct ask *q) {
	static const char *const form[] = { "usr/bin/%", "usr/sbin/%", NULL };
	struct slice name = os_basename(q->name);
	struct ask tool = *q;
	tool.native = true;
	tool.name = name;
	const char *host = proc_find(q->arena, arena_str(q->arena, name),
		"/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin");
	const char *recipe = recipe_with(&tool, form, true);
	if (!recipe)
		recipe = recipe_named(&tool, name.p);
	say(q, "program", arena_str(q->arena, q->name));
	if (is_host_tool(q, name) && host)
		buf_addf(q->out, "it is in HOSTTOOLS: call it by its name, through PATH\n");
	else if (recipe)
		buf_addf(q->out, "recipe %s makes it: add \"%s\" to DEPENDS of " SFMT "\n", recipe,
			recipe, SARG(q->task->recipe->pn));
	else if (host)
		buf_addf(q->out, "the host has %s, but only what HOSTTOOLS names is there for a "
			"task: add \"" SFMT "\" to HOSTTOOLS, or a recipe that makes it to "
			"DEPENDS\n", host, SARG(name));
	else
		buf_addf(q->out, "neither a recipe nor the host is known to have it: add a recipe "
			"that makes it to DEPENDS, or install it and add \"" SFMT "\" to "
			"HOSTTOOLS\n", SARG(name));
}

static void tell_network(const struct ask *q) {
	if (q->task->spec->network || !q->r->hermetic)
		return;          /* it had all the network there is */
	say(q, "network", q->name.n ? arena_str(q->arena, q->name) : "unreachable");
	buf_addf(q->out, "%s runs without: let do_fetch bring what it needs (SRC_URI)\n",
		q->task->spec->name->p);
}

/* What a task has no right to see, and what to use in its stead. */
static void tell_secret(const struct ask *q, const char *what, const char *instead) {
	say(q, what, arena_str(q->arena, q->name));
	buf_addf(q->out, "%s\n", instead);
}

static void tell(const struct ask *q, enum symptom_kind kind) {
	switch (kind) {
	case SYMPTOM_HEADER: tell_header(q); break;
	case SYMPTOM_LIBRARY: tell_library(q); break;
	case SYMPTOM_MODULE: tell_module(q); break;
	case SYMPTOM_PACKAGE: tell_package(q); break;
	case SYMPTOM_PYTHON: tell_script(q, "python module", '.'); break;
	case SYMPTOM_PERL: tell_script(q, "perl module", '/'); break;
	case SYMPTOM_TOOL: tell_tool(q); break;
	case SYMPTOM_NETWORK: tell_network(q); break;
	case SYMPTOM_HOME:
		tell_secret(q, "home directory", "a task has none: what it needs of $HOME belongs "
			"into SRC_URI or ${WORKDIR}");
		break;
	case SYMPTOM_BUILD_PATH:
		tell_secret(q, "path of the build directory", "a task sees TMPDIR as /bake, wherever "
			"it is: use ${WORKDIR}, ${S}, ${STAGING_DIR_HOST} and their like");
		break;
	case SYMPTOM_HOST_NAME:
		tell_secret(q, "name of this machine", "a task runs on host bake, on every machine: "
			"nothing may depend on this one");
		break;
	case SYMPTOM_READ_ONLY:
		if (q->r->hermetic && !q->task->spec->network)   /* DL_DIR may be read-only */
			tell_secret(q, "written to", "a task may write below ${WORKDIR} and /tmp: "
				"is ${D} or another directory missing before it?");
		break;
	}
}

/* --- the question --- */

struct slice remedy_find(const struct remedy *r, struct arena *a, const struct task *t,
		struct slice log) {
	char host[256] = "";
	struct symptom found[SYMPTOMS];
	struct symptom_secrets secrets = { .home = slice_of(r->home) };
	struct buf out = { .arena = a };
	if (r->hermetic && gethostname(host, sizeof host - 1) == 0
			&& strlen(host) >= HOST_NAME_LEAST && strcmp(host, "bake") != 0)
		secrets.host = slice_of(host);
	if (r->hermetic) {
		secrets.topdir = data_text(r->config, "TOPDIR");
		secrets.tmpdir = data_text(r->config, "TMPDIR");
		secrets.real_home = slice_of(getenv("HOME"));
	}
	if (t->spec->network)            /* ~/.netrc, DL_DIR and conf/ are for it to see */
		secrets.home = secrets.real_home = secrets.topdir = SLICE_NONE;
	size_t n = symptom_find(log, &secrets, found);
	for (size_t i = 0; i < n; i++) {
		struct ask q = { r, a, t, arena_dup(a, found[i].name),
			recipe_is_native(t->recipe), &out };
		tell(&q, found[i].kind);
	}
	return out.n ? buf_slice(&out) : SLICE("");
}
