#include <criterion/criterion.h>

#include "draft.h"
#include "spec.h"
#include "util.h"

static struct arena *arena;

static void setup(void) {
	arena = arena_new();
}

static void teardown(void) {
	arena_free(arena);
}

TestSuite(draft, .init = setup, .fini = teardown);

#define is(slice, text) cr_assert(slice_is(slice, text), "\"" SFMT "\" is not \"%s\"", SARG(slice), text)

static struct slice licence(const char *tag, size_t doubts) {
	struct slices list = { 0 };
	struct slice text = draft_licence(arena, slice_of(tag), &list);
	cr_assert_eq(list.n, doubts, "%s: %zu doubts", tag, list.n);
	return text;
}

Test(draft, licences) {
	is(licence("MIT", 0), "MIT");
	is(licence("GPLv2+ and LGPLv2+", 0), "GPL-2.0-or-later & LGPL-2.0-or-later");
	is(licence("(GPLv3+ or ASL 2.0) and zlib", 0), "(GPL-3.0-or-later | Apache-2.0) & Zlib");
	is(licence("GPL-2.0-only AND BSD-2-Clause", 0), "GPL-2.0-only & BSD-2-Clause");
	is(licence("BSD", 1), "BSD-3-Clause");
	is(licence("Some Odd Terms and Public Domain", 1), "Some-Odd-Terms & PD");
}

/* The recipe of a spec that is the same for every architecture. */
static struct slice recipe(const char *text) {
	struct spec s;
	struct draft f = { .from = SLICE("x.spec"), .spec = { &s, &s, &s } };
	spec_parse(arena, slice_of(text), SLICE("/pkg"), &s);
	f.file = ARENA_ARRAY(arena, struct draft_file, s.sources + 1);
	for (size_t i = 0; i < s.sources; i++)
		f.file[i] = (struct draft_file){ .name = s.source[i].file, .sha256 = SLICE("aa") };
	return draft_recipe(arena, &f);
}

static bool has(struct slice text, const char *part) {
	bool found = slice_find(text, part, NULL);
	if (!found)
		cr_log_error("no \"%s\" in:\n" SFMT, part, SARG(text));
	return found;
}

#define PREP "%prep\ncd '/bake-rpm-build'\n/usr/bin/tar -xof /pkg/x-1.2.tgz\ncd 'x-1.2'\n"

Test(draft, version_is_taken_out_of_urls) {
	struct slice r = recipe("Name: x\nVersion: 1.2\nSource0: https://h/1.2/x-1.2.tgz\n" PREP);
	cr_assert(has(r, "https://h/${PV}/x-${PV}.tgz \\\n"));
	cr_assert(has(r, "SRC_URI[sha256sum] = \"aa\""));
	cr_assert_not(slice_find(r, "\nS = ", NULL));
}

/* A recipe is for everyone to read. */
Test(draft, passwords_stay_out) {
	struct slice r = recipe("Name: x\nVersion: 1\nURL: https://me:secret@h/\n"
		"Source0: https://me:se@cret@h:8/x-1.tar.gz#/y.tgz\n" PREP);
	cr_assert(has(r, "https://h:8/x-${PV}.tar.gz;"));
	cr_assert(has(r, "HOMEPAGE = \"https://h/\""));
	cr_assert_not(has(r, "secret"));
	cr_assert_not(has(r, "cret@"));
	cr_assert(has(r, "put them into ~/.netrc"));
}

Test(draft, digits_that_are_no_version_stay) {
	struct slice r = recipe("Name: x\nVersion: 1\nSource0: https://127.0.0.1/10/1.5/1/x-1.tar.gz\n" PREP);
	cr_assert(has(r, "https://127.0.0.1/10/1.5/${PV}/x-${PV}.tar.gz;"));
}

Test(draft, several_sources_and_patches) {
	struct slice r = recipe("Name: x\nVersion: 1.2\nSource0: https://h/v1.2.tgz#/x-1.2.tgz\nSource1: own.conf\n"
		"Source2: https://h/more.txt\nPatch0: a.patch\nPatch1: b.diff\nPatch2: unused.patch\n" PREP
		"/usr/bin/patch -p1 < /pkg/a.patch\n/usr/bin/patch -p0 -d sub < /pkg/b.diff\n");
	cr_assert(has(r, "v${PV}.tgz;downloadfilename=x-${PV}.tgz \\\n"));
	cr_assert(has(r, "file://own.conf;unpack=0"));
	cr_assert(has(r, "https://h/more.txt;name=source2;unpack=0"));
	cr_assert(has(r, "SRC_URI[source2.sha256sum] = \"aa\""));
	cr_assert(has(r, "file://a.patch \\\n    file://b.diff;striplevel=0;patchdir=sub \\\n"));
	cr_assert(has(r, "# patch declared and not applied: unused.patch"));
}

Test(draft, dependencies) {
	struct slice r = recipe("Name: x\nVersion: 1.2\nBuildRequires: gcc make zlib-devel pkgconfig(libcrypto)\n"
		"BuildRequires: bison, libuuid-devel, odd\n%build\nmake\n");
	cr_assert(has(r, "DEPENDS = \"bison-native openssl util-linux zlib\"\n"));
	cr_assert(has(r, "inherit pkgconfig\n"));
	cr_assert(has(r, "# BuildRequires not mapped: odd\n"));
}

Test(draft, classes) {
	cr_assert(has(recipe("Name: x\nVersion: 1\n%build\n./configure --prefix=/usr --disable-nls --with-z\nmake\n"),
		"inherit autotools\nEXTRA_OECONF = \"--disable-nls --with-z\"\n"));
	cr_assert(has(recipe("Name: x\nVersion: 1\n%build\n%cmake -DCMAKE_INSTALL_PREFIX=/usr -DX=1\n"),
		"inherit cmake\nEXTRA_OECMAKE = \"-DX=1\"\n"));
	cr_assert(has(recipe("Name: x\nVersion: 1\n%build\n%meson -Ddocs=false\n"),
		"inherit meson\nEXTRA_OEMESON = \"-Ddocs=false\"\n"));
	cr_assert(has(recipe("Name: x\nVersion: 1\n%build\nmake all\n"), "do_install() {\n\toe_runmake install"));
}

Test(draft, quotes_in_a_summary) {
	cr_assert(has(recipe("Name: x\nVersion: 1\nSummary: a \"b\" \\c\n"), "SUMMARY = \"a \\\"b\\\" \\\\c\"\n"));
}

Test(draft, nothing_a_stranger_wrote_is_an_expression) {
	struct slice text = recipe("Name: x\nVersion: 1\nSummary: a ${@d.getVar('X')} b\nURL: http://h/${@1}\n");
	cr_assert(has(text, "SUMMARY = \"a $ {@d.getVar('X')} b\"\n"));
	cr_assert_not(slice_find(text, "${@", NULL));
}

Test(draft, macros_that_rpm_does_not_know_here) {
	static const char *const calls[] = { "%cmake_conf -DX=1", "%{cmake} -DX=1 .", "%cmake3 -DX=1" };
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct slice text = recipe(arena_printf(arena,
			"Name: x\nVersion: 1\nLicense: MIT\nSource0: https://a/x-1.tar.gz\n%%prep\n#bake-section %%build\n%s\n",
			calls[i]).p);
		cr_assert(has(text, "inherit cmake\nEXTRA_OECMAKE = \"-DX=1\""));
	}
}

Test(draft, plain_make_gets_the_cross_compiler) {
	struct slice text = recipe("Name: x\nVersion: 1\nLicense: MIT\nSource0: https://a/x-1.tar.gz\n%prep\n"
		"#bake-section %build\nxcmake\nmake\n");
	cr_assert(has(text, "EXTRA_OEMAKE = \"'CC=${CC}' 'AR=${AR}'"));
}
