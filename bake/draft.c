/* draft: a spec in the words of a recipe. Everything that is a guess is marked as one, for a person
 * finishes the recipe; a plain package of autotools, CMake or Meson needs no finishing. */
#include "draft.h"
#include "spec.h"

#include <ctype.h>
#include <string.h>

const char *const draft_arch[DRAFT_ARCHS] = { "x86_64", "aarch64", "riscv64" };
/* The same as overrides. */
static const char *const override[DRAFT_ARCHS] = { "x86-64", "aarch64", "riscv64" };

struct drafting {
	struct arena *arena;
	const struct draft *f;
	const struct spec *s;    /* of the first architecture: what does not depend on it */
	struct buf out;
	struct slices doubts;    /* comments at the end */
};

static void doubt(struct drafting *t, const char *what, struct slice which) {
	slices_add(t->arena, &t->doubts, arena_printf(t->arena, "%s: " SFMT, what, SARG(which)));
}

/* --- licence --- */

/* Names that Fedora and openEuler used before SPDX, and what they mean; "?": not exactly. */
static const struct {
	const char *rpm, *spdx;
	bool guess;
} licences[] = {
	{ "GPLv2+", "GPL-2.0-or-later", false },
	{ "GPLv2", "GPL-2.0-only", false },
	{ "GPLv3+", "GPL-3.0-or-later", false },
	{ "GPLv3", "GPL-3.0-only", false },
	{ "GPL+", "GPL-1.0-or-later", false },
	{ "LGPLv2+", "LGPL-2.0-or-later", false },
	{ "LGPLv2", "LGPL-2.0-only", false },
	{ "LGPLv2.1+", "LGPL-2.1-or-later", false },
	{ "LGPLv2.1", "LGPL-2.1-only", false },
	{ "LGPLv3+", "LGPL-3.0-or-later", false },
	{ "LGPLv3", "LGPL-3.0-only", false },
	{ "ASL 2.0", "Apache-2.0", false },
	{ "BSD", "BSD-3-Clause", true },
	{ "Boost", "BSL-1.0", false },
	{ "zlib", "Zlib", false },
	{ "MPLv2.0", "MPL-2.0", false },
	{ "Public Domain", "PD", false },
	{ "Python", "PSF-2.0", true },
	{ "OpenSSL", "OpenSSL", false },
	{ "Mulan PSL v2", "MulanPSL-2.0", false },
};

static struct slice one_licence(struct arena *a, struct slice name, struct slices *doubts) {
	for (size_t i = 0; i < sizeof licences / sizeof *licences; i++) {
		if (!slice_is(name, licences[i].rpm))
			continue;
		if (licences[i].guess)
			slices_add(a, doubts, name);
		return slice_of(licences[i].spdx);
	}
	if (memchr(name.p, ' ', name.n)) {
		slices_add(a, doubts, name);
		struct buf b = { .arena = a };
		for (size_t i = 0; i < name.n; i++)
			buf_addc(&b, name.p[i] == ' ' ? '-' : name.p[i]);
		return buf_slice(&b);
	}
	return name;
}

/* Adds the words collected so far as one licence. */
static void end_licence(struct arena *a, struct slices *words, struct buf *out,
		struct slices *doubts) {
	if (words->n)
		buf_add(out, one_licence(a, slices_join(a, words, " "), doubts));
	words->n = 0;
}

static const char *joint_of(struct slice word) {
	if (slice_is(word, "and") || slice_is(word, "AND"))
		return " & ";
	return slice_is(word, "or") || slice_is(word, "OR") || slice_is(word, "/") ? " | " : NULL;
}

struct slice draft_licence(struct arena *a, struct slice tag, struct slices *doubts) {
	struct buf out = { .arena = a };
	struct slices words = { 0 };
	for (struct slice word; slice_word(&tag, &word);) {
		while (word.n && word.p[0] == '(') {
			buf_addc(&out, '(');
			word = slice_sub(word, 1, word.n);
		}
		size_t closing = 0;
		while (word.n && word.p[word.n - 1] == ')') {
			closing++;
			word.n--;
		}
		const char *joint = joint_of(word);
		if (joint || closing) {
			if (!joint && word.n)
				slices_add(a, &words, word);
			end_licence(a, &words, &out, doubts);
			buf_adds(&out, joint ? joint : "");
		} else if (word.n) {
			slices_add(a, &words, word);
		}
		while (closing--)
			buf_addc(&out, ')');
	}
	end_licence(a, &words, &out, doubts);
	return buf_slice(&out);
}

/* --- sources --- */

bool draft_is_local(struct slice url) {
	return !slice_find(url, "://", NULL);
}

static bool is_digit_at(struct slice text, size_t at) {
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* Is text[at, end) a version of its own, not a part of 127.0.0.1 or of a longer one? */
static bool stands_alone(struct slice text, size_t at, size_t end) {
	bool before = at > 0 && (is_digit_at(text, at - 1) ||
		(at > 1 && text.p[at - 1] == '.' && is_digit_at(text, at - 2)));
	bool after = is_digit_at(text, end) || (end < text.n && text.p[end] == '.' && is_digit_at(text, end + 1));
	return !before && !after;
}

/* The version as ${PV}, so that the next one is a change of a file's name. */
static struct slice with_version(struct drafting *t, struct slice text) {
	struct buf b = { .arena = t->arena };
	size_t done = 0, n = t->s->version.n;
	buf_adds(&b, "");
	for (size_t at = 0; n && at + n <= text.n; at++) {
		if (!slice_eq(slice_sub(text, at, at + n), t->s->version) || !stands_alone(text, at, at + n))
			continue;
		buf_add(&b, slice_sub(text, done, at));
		buf_adds(&b, "${PV}");
		done = at + n;
		at = done - 1;
	}
	buf_add(&b, slice_sub(text, done, text.n));
	return buf_slice(&b);
}

/* Without the user's name and password, which are for no layer, and without "#/x-1.tar". */
static struct slice plain_url(struct drafting *t, struct slice url) {
	size_t at, host, end;
	if (slice_find(url, "#", &at))
		url = slice_sub(url, 0, at);
	if (!slice_find(url, "://", &at))
		return url;
	for (host = end = at + 3; end < url.n && url.p[end] != '/'; end++)
		if (url.p[end] == '@')
			host = end + 1;
	if (host == at + 3)
		return url;
	url = arena_printf(t->arena, SFMT SFMT, SARG(slice_sub(url, 0, at + 3)),
		SARG(slice_sub(url, host, url.n)));
	doubt(t, "a name and password, left out: put them into ~/.netrc", url);
	return url;
}

static void add_source(struct drafting *t, size_t i) {
	const struct spec_source *s = &t->s->source[i];
	struct slice url = plain_url(t, s->url);
	bool local = draft_is_local(s->url);
	struct slice name = local ? with_version(t, s->file) : with_version(t, url);
	size_t n = url.n;
	while (n && url.p[n - 1] != '/')
		n--;
	bool renamed = !local && !slice_eq(slice_sub(url, n, url.n), s->file);
	buf_addf(&t->out, "    %s" SFMT, local ? "file://" : "", SARG(name));
	if (i > 0 && !local)
		buf_addf(&t->out, ";name=source%zu", i);
	if (renamed)
		buf_addf(&t->out, ";downloadfilename=" SFMT, SARG(with_version(t, s->file)));
	if (!s->dir.p)
		buf_adds(&t->out, ";unpack=0");
	else if (s->dir.n)
		buf_addf(&t->out, ";subdir=" SFMT, SARG(with_version(t, s->dir)));
	buf_adds(&t->out, " \\\n");
}

static bool has_patch(const struct spec *s, struct slice file) {
	for (size_t i = 0; i < s->patches; i++)
		if (slice_eq(s->patch[i].file, file))
			return true;
	return false;
}

static bool everywhere(const struct drafting *t, struct slice file) {
	for (size_t i = 0; i < DRAFT_ARCHS; i++)
		if (!has_patch(t->f->spec[i], file))
			return false;
	return true;
}

static bool nowhere(const struct drafting *t, struct slice file) {
	for (size_t i = 0; i < DRAFT_ARCHS; i++)
		if (has_patch(t->f->spec[i], file))
			return false;
	return true;
}

static struct slice patch_entry(struct drafting *t, const struct spec_patch *p) {
	struct buf b = { .arena = t->arena };
	buf_addf(&b, "file://" SFMT, SARG(p->file));
	if (!slice_ends(p->file, ".patch") && !slice_ends(p->file, ".diff"))
		buf_adds(&b, ";apply=yes");
	if (!slice_is(p->strip, "1"))
		buf_addf(&b, ";striplevel=" SFMT, SARG(p->strip));
	if (p->dir.n)
		buf_addf(&b, ";patchdir=" SFMT, SARG(with_version(t, p->dir)));
	return buf_slice(&b);
}

static void add_arch_patches(struct drafting *t, size_t arch) {
	const struct spec *s = t->f->spec[arch];
	struct slices list = { 0 };
	for (size_t i = 0; i < s->patches; i++)
		if (!everywhere(t, s->patch[i].file))
			slices_add(t->arena, &list, patch_entry(t, &s->patch[i]));
	if (list.n)
		buf_addf(&t->out, "SRC_URI:append:%s = \" " SFMT "\"\n", override[arch],
			SARG(slices_join(t->arena, &list, " ")));
}

static void add_sums(struct drafting *t) {
	for (size_t i = 0; i < t->s->sources; i++) {
		const struct draft_file *file = &t->f->file[i];
		if (draft_is_local(t->s->source[i].url))
			continue;
		const char *name = i ? arena_printf(t->arena, "source%zu.", i).p : "";
		if (file->sha256.n)
			buf_addf(&t->out, "SRC_URI[%ssha256sum] = \"" SFMT "\"\n", name,
				SARG(file->sha256));
		else
			doubt(t, "no sha256 is known, for the file is not in the package", file->name);
		if (file->fetched)
			doubt(t, "sha256 of what its address gave, compare it with what upstream says", file->name);
	}
}

static void add_sources(struct drafting *t) {
	buf_adds(&t->out, "\nSRC_URI = \"\\\n");
	for (size_t i = 0; i < t->s->sources; i++)
		add_source(t, i);
	for (size_t i = 0; i < t->s->patches; i++)
		if (everywhere(t, t->s->patch[i].file))
			buf_addf(&t->out, "    " SFMT " \\\n",
				SARG(patch_entry(t, &t->s->patch[i])));
	buf_adds(&t->out, "\"\n");
	for (size_t i = 0; i < DRAFT_ARCHS; i++)
		add_arch_patches(t, i);
	add_sums(t);
	struct slice usual = arena_printf(
		t->arena, SFMT "-" SFMT, SARG(t->s->name), SARG(t->s->version));
	if (t->s->dir.n && !slice_eq(t->s->dir, usual))
		buf_addf(
			&t->out, "S = \"${WORKDIR}/" SFMT "\"\n", SARG(with_version(t, t->s->dir)));
}

/* --- dependencies --- */

/* What every build has, or a class brings: no dependency. */
static const char *const given[] = { "gcc", "gcc-c++", "g++", "make", "glibc-devel", "glibc",
	"coreutils", "sed", "gawk", "grep", "findutils", "tar", "gzip", "xz", "bzip2", "patch",
	"binutils", "libtool", "autoconf", "automake", "cmake", "meson", "ninja-build", "pkgconfig",
	"pkgconf", "rpm", "git", "m4", "libstdc++-devel", "diffutils", "which",
	"systemd-rpm-macros", "chrpath", "cmake-rpm-macros" };
/* Programs that run while building. */
static const char *const tools[] = { "bison", "flex", "gettext", "gperf", "perl", "python3",
	"texinfo", "gettext-devel", "python3-devel", "perl-interpreter", "intltool", "swig",
	"help2man" };
static const struct {
	const char *rpm, *recipe;
} renamed[] = {
	{ "libuuid", "util-linux" },
	{ "libblkid", "util-linux" },
	{ "libmount", "util-linux" },
	{ "libcrypto", "openssl" },
	{ "libssl", "openssl" },
	{ "libpci", "pciutils" },
	{ "numa", "numactl" },
	{ "libkmod", "kmod" },
	{ "libzstd", "zstd" },
	{ "liblz4", "lz4" },
	{ "liblzma", "xz" },
	{ "pam", "libpam" },
	{ "gettext-devel", "gettext" },
	{ "perl-interpreter", "perl" },
	{ "kernel-headers", "linux-libc-headers" },
	{ "python3-devel", "python3" },
	{ "elfutils-libelf", "elfutils" },
	{ "libelf", "elfutils" },
	{ "ncurses", "ncurses" },
	{ "expat", "expat" },
};

static bool is_one(const char *const *list, size_t n, struct slice name) {
	for (size_t i = 0; i < n; i++)
		if (slice_is(name, list[i]))
			return true;
	return false;
}

static struct slice recipe_named(struct slice name) {
	for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
		if (slice_is(name, renamed[i].rpm))
			return slice_of(renamed[i].recipe);
	return name;
}

/* The recipe of a BuildRequires; unset when there is none to name. */
static struct slice dependency_of(struct drafting *t, struct slice name, bool *pkgconfig) {
	if (is_one(given, sizeof given / sizeof *given, name))
		return SLICE_NONE;
	if (is_one(tools, sizeof tools / sizeof *tools, name))
		return arena_printf(t->arena, SFMT "-native", SARG(recipe_named(name)));
	if (slice_starts(name, "pkgconfig(") && slice_ends(name, ")")) {
		*pkgconfig = true;
		return recipe_named(slice_sub(name, 10, name.n - 1));
	}
	if (slice_ends(name, "-devel"))
		return recipe_named(slice_sub(name, 0, name.n - 6));
	doubt(t, "BuildRequires not mapped", name);
	return SLICE_NONE;
}

static bool add_depends(struct drafting *t) {
	struct slices list = { 0 };
	bool pkgconfig = false;
	for (size_t i = 0; i < t->s->requires.n; i++) {
		struct slice recipe = dependency_of(t, t->s->requires.v[i], &pkgconfig);
		if (recipe.n && !slices_has(&list, recipe))
			slices_add(t->arena, &list, recipe);
	}
	slices_sort(&list);
	if (list.n)
		buf_addf(&t->out, "\nDEPENDS = \"" SFMT "\"\n",
			SARG(slices_join(t->arena, &list, " ")));
	return pkgconfig;
}

/* --- how it is built --- */

struct builder {
	const char *class;       /* NULL: plain make */
	const char *options;     /* the variable for more options */
	const char *mark[3];     /* what %build calls it by */
	const char *prefix[2];   /* what an option begins with */
};

static const struct builder builders[] = {
	{ "cmake", "EXTRA_OECMAKE", { "%cmake", "cmake", NULL }, { "-D", NULL } },
	{ "meson", "EXTRA_OEMESON", { "%meson", "meson", NULL }, { "-D", NULL } },
	{ "autotools", "EXTRA_OECONF", { "%configure", "./configure", "../configure" },
		{ "--enable-", NULL } },
	{ NULL, NULL, { NULL, NULL, NULL }, { NULL, NULL } },
};

/* The command itself, or a macro that rpm does not know here: %cmake, %{cmake}, %cmake_conf, %meson. */
static bool is_call(struct slice word, const char *mark) {
	if (mark[0] != '%')
		return slice_is(word, mark);
	bool macro = slice_starts(word, "%");
	size_t name = slice_starts(word, "%{") ? 2 : 1;
	return macro && slice_starts(slice_sub(word, name, word.n), mark + 1);
}

static const struct builder *builder_of(const struct drafting *t) {
	const struct builder *b = builders;
	for (; b->class; b++) {
		struct slice rest = t->s->build;
		for (struct slice word; slice_word(&rest, &word);)
			for (size_t i = 0; i < 3; i++)
				if (b->mark[i] && is_call(word, b->mark[i]))
					return b;
	}
	return t->f->configure ? b - 1 : b;
}

/* Is a word of %build an option that the package itself chose? Directories and the like are the
 * class's. */
static bool is_choice(const struct builder *b, struct slice word) {
	static const char *const own[] = { "--enable-", "--disable-", "--with-", "--without-" };
	static const char *const standard[] = { "-DCMAKE_INSTALL_", "-DCMAKE_C",
		"-DCMAKE_BUILD_TYPE", "-DLIB_", "-DINCLUDE_", "-DSYSCONF_", "-DSHARE_",
		"--disable-dependency-tracking", "-DCMAKE_VERBOSE" };
	if (memchr(word.p, '%', word.n) || memchr(word.p, '$', word.n)
		|| memchr(word.p, '"', word.n))
		return false;
	for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
		if (slice_starts(word, standard[i]))
			return false;
	if (slice_is(slice_of(b->prefix[0]), "-D"))
		return slice_starts(word, "-D") && word.n > 2;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (slice_starts(word, own[i]))
			return true;
	return false;
}

static void add_options(struct drafting *t, const struct builder *b) {
	struct slices list = { 0 };
	struct slice rest = t->s->build;
	for (struct slice word; slice_word(&rest, &word);)
		if (is_choice(b, word))
			slices_add(t->arena, &list, word);
	if (list.n)
		buf_addf(&t->out, "%s = \"" SFMT "\"\n", b->options,
			SARG(slices_join(t->arena, &list, " ")));
}

static void add_build(struct drafting *t, bool pkgconfig) {
	const struct builder *b = builder_of(t);
	if (b->class || pkgconfig)
		buf_addf(&t->out, "\ninherit%s%s%s\n", b->class ? " " : "",
			b->class ? b->class : "", pkgconfig ? " pkgconfig" : "");
	if (b->class) {
		add_options(t, b);
		return;
	}
	doubt(t, "no class",
		SLICE("%build calls make alone, or what is not known here: see the functions"));
	buf_adds(&t->out,
		"\nEXTRA_OEMAKE = \"'CC=${CC}' 'AR=${AR}' 'RANLIB=${RANLIB}'\"\n"
		"\ndo_compile() {\n\toe_runmake\n}\n\ndo_install() {\n\toe_runmake install "
		"DESTDIR=${D} PREFIX=${prefix} prefix=${prefix}\n}\n");
}

/* --- the whole --- */

/* A value between double quotes. */
static struct slice quoted(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	buf_adds(&b, "");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, text.p[i]);
	}
	return buf_slice(&b);
}

static void add_head(struct drafting *t) {
	struct slices doubts = { 0 };
	buf_addf(&t->out, "# A first recipe, made from " SFMT " by bake import: look it over.\n",
		SARG(t->f->from));
	buf_addf(&t->out, "SUMMARY = \"" SFMT "\"\n", SARG(quoted(t->arena, t->s->summary)));
	if (t->s->url.n)
		buf_addf(&t->out, "HOMEPAGE = \"" SFMT "\"\n", SARG(plain_url(t, t->s->url)));
	struct slice licence = draft_licence(t->arena, t->s->licence, &doubts);
	buf_addf(&t->out, "LICENSE = \"" SFMT "\"\n", SARG(quoted(t->arena, licence)));
	for (size_t i = 0; i < doubts.n; i++)
		doubt(t, "licence, guessed", doubts.v[i]);
	if (t->f->texts.n)
		buf_addf(&t->out, "LIC_FILES_CHKSUM = \"" SFMT "\"\n",
			SARG(slices_join(t->arena, &t->f->texts, " \\\n    ")));
	else
		doubt(t, "LIC_FILES_CHKSUM", SLICE("no licence text was found in the sources"));
}

static void add_doubts(struct drafting *t) {
	for (size_t i = 0; i < t->s->prep.n; i++)
		doubt(t, "%prep, not carried over", t->s->prep.v[i]);
	for (size_t i = 0; i < t->s->missing.n; i++)
		doubt(t, "patch that is not in the package", t->s->missing.v[i]);
	for (size_t i = 0; i < t->s->unused.n; i++)
		if (nowhere(t, t->s->unused.v[i]))
			doubt(t, "patch declared and not applied", t->s->unused.v[i]);
	if (t->doubts.n)
		buf_adds(&t->out, "\n# What could not be mapped:\n");
	for (size_t i = 0; i < t->doubts.n; i++)
		buf_addf(&t->out, "# " SFMT "\n", SARG(t->doubts.v[i]));
}

struct slice draft_recipe(struct arena *a, const struct draft *f) {
	struct drafting t = { .arena = a, .f = f, .s = f->spec[0], .out = { .arena = a } };
	add_head(&t);
	add_sources(&t);
	bool pkgconfig = add_depends(&t);
	add_build(&t, pkgconfig);
	add_doubts(&t);
	/* A stranger's text: none of it is an expression. */
	return text_replace(a, buf_slice(&t.out), SLICE("${@"), SLICE("$ {@"));
}
