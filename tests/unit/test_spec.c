#include <criterion/criterion.h>

#include "spec.h"
#include "util.h"

static struct arena *arena;
static struct spec s;

static void setup(void) {
	arena = arena_new();
}

static void teardown(void) {
	arena_free(arena);
}

TestSuite(spec, .init = setup, .fini = teardown);

static void parse(const char *text) {
	spec_parse(arena, slice_of(text), SLICE("/pkg"), &s);
}

#define is(slice, text) cr_assert(slice_is(slice, text), "\"" SFMT "\" is not \"%s\"", SARG(slice), text)

/* As rpm 4.18 expands "%setup -q -n x-1 -a 1" with "%patch0 -p1" and "%patch -P 1 -p2 -d sub". */
static const char setup_patch[] =
	"Name: x\nVersion: 1\nRelease: 3.oe2403\nLicense: MIT and BSD\nSource0: https://a/x-1.tar.gz\n"
	"Source1: more.tar\nSource2: notes\nPatch0: a.patch\nPatch1: b.patch\nPatch9: never.patch\n"
	"BuildRequires: gcc, make >= 4 pkgconfig(z)\nBuildRequires: perl\n%description\nName: y\n%prep\n"
	"cd '/bake-rpm-build'\nrm -rf 'x-1'\n/usr/lib/rpm/rpmuncompress -x /pkg/x-1.tar.gz\nSTATUS=$?\n"
	"if [ $STATUS -ne 0 ]; then\n  exit $STATUS\nfi\ncd 'x-1'\n"
	"/usr/lib/rpm/rpmuncompress -x /pkg/more.tar\nSTATUS=$?\nif [ $STATUS -ne 0 ]; then\n  exit $STATUS\nfi\n"
	"/bin/chmod -Rf a+rX,u+w,g-w,o-w .\necho \"Patch #0 (a.patch):\"\n"
	"/usr/bin/patch --no-backup-if-mismatch -f -p1  --fuzz=0 < /pkg/a.patch\n\n"
	"echo \"Patch #1 (b.patch):\"\n"
	"/usr/bin/patch --no-backup-if-mismatch -f -p2 -b --suffix .o --fuzz=0 -d sub < /pkg/b.patch\n"
	"sed -i s/a/b/ file\n#bake-section %build\n./configure\nmake\n#bake-section %install\n%install\nmake install\n";

Test(spec, tags) {
	parse(setup_patch);
	is(s.name, "x");
	is(s.version, "1");
	is(s.release, "3.oe2403");
	is(s.licence, "MIT and BSD");
	cr_assert_eq(s.requires.n, 4);
	is(slices_join(arena, &s.requires, " "), "gcc make pkgconfig(z) perl");
	is(s.build, "./configure\nmake");
}

Test(spec, sources_and_where_they_are_unpacked) {
	parse(setup_patch);
	cr_assert_eq(s.sources, 3);
	is(s.dir, "x-1");
	is(s.source[0].file, "x-1.tar.gz");
	is(s.source[0].url, "https://a/x-1.tar.gz");
	is(s.source[0].dir, "");
	is(s.source[1].dir, "x-1");
	cr_assert_null(s.source[2].dir.p);
}

Test(spec, patches_in_the_order_of_prep) {
	parse(setup_patch);
	cr_assert_eq(s.patches, 2);
	is(s.patch[0].file, "a.patch");
	is(s.patch[0].strip, "1");
	is(s.patch[0].dir, "");
	is(s.patch[1].strip, "2");
	is(s.patch[1].dir, "sub");
	is(slices_join(arena, &s.unused, " "), "never.patch");
}

Test(spec, what_else_prep_does_is_handed_on) {
	parse(setup_patch);
	is(slices_join(arena, &s.prep, "|"), "sed -i s/a/b/ file");
}

/* %autosetup: the file is piped into patch over two lines. */
Test(spec, autosetup) {
	parse("Name: x\nVersion: 1\nSource: x-1.tgz\nPatch: https://b/a.patch\n%prep\ncd '/bake-rpm-build'\n"
		"rm -rf 'x-1'\n/usr/bin/gzip -dc '/pkg/x-1.tgz' | /usr/bin/tar -xof - \nSTATUS=$?\ncd 'x-1'\n"
		"/usr/lib/rpm/rpmuncompress /pkg/a.patch | \n"
		"/usr/bin/patch -p1 -s --fuzz=0 --no-backup-if-mismatch -f\n");
	cr_assert_eq(s.patches, 1);
	is(s.patch[0].file, "a.patch");
	is(s.source[0].dir, "");
	cr_assert_eq(s.prep.n, 0);
}

/* %autosetup -S git commits every patch. */
Test(spec, autosetup_with_git) {
	parse("Name: x\nVersion: 1\nSource: x-1.tgz\nPatch: a.patch\n%prep\ncd '/bake-rpm-build'\n"
		"/usr/lib/rpm/rpmuncompress -x /pkg/x-1.tgz\ncd 'x-1'\n/usr/bin/git init -q\n"
		"/usr/bin/git add --all .\n"
		"/usr/lib/rpm/rpmuncompress /pkg/a.patch | \n/usr/bin/git apply --index -p2 --reject -\n"
		"/usr/bin/git commit -q -m a.patch\n");
	cr_assert_eq(s.patches, 1);
	is(s.patch[0].strip, "2");
	cr_assert_eq(s.prep.n, 0);
}

Test(spec, renamed_source_and_lists) {
	parse("Name: x\nVersion: 1\n%sourcelist\nhttps://a/archive/v1.tgz#/x-1.tgz\n%patchlist\none.patch\n"
		"%prep\ncd '/bake-rpm-build'\n/usr/bin/tar -xof /pkg/x-1.tgz\ncd 'x-1'\n"
		"/usr/bin/patch -p1 < /pkg/one.patch\n");
	is(s.source[0].file, "x-1.tgz");
	cr_assert_not_null(s.source[0].dir.p);
	cr_assert_eq(s.patches, 1);
}

Test(spec, no_prep) {
	parse("Name: x\nVersion: 1\nSource0: a\n%build\nmake\n");
	cr_assert_eq(s.sources, 1);
	is(s.dir, "");
	is(s.build, "make");
}

/* It is no place to unpack a source in; a full path below the top is one. */
Test(spec, directories_of_the_machine) {
	parse("Name: x\nSource0: a.tar\nSource1: b.tar\nPatch0: p.patch\n%prep\ncd '/bake-rpm-build'\ncd /usr/src\n"
		"tar xf /pkg/a.tar\npatch -p1 < /pkg/p.patch\ncd /bake-rpm-build/x-1/sub\ntar xf /pkg/b.tar\n"
		"tar xf /pkg/../c.tar\n");
	cr_assert_null(s.source[0].dir.p);
	is(s.source[1].dir, "x-1/sub");
	is(s.dir, "x-1/sub");
	cr_assert_eq(s.patches, 0);
	is(slices_join(arena, &s.prep, "|"), "tar xf %{_sourcedir}/a.tar|patch -p1 < %{_sourcedir}/p.patch|"
		"tar xf %{_sourcedir}/../c.tar");
}

Test(spec, pushd_and_popd) {
	parse("Name: x\nVersion: 1\nSource0: x-1.tar.gz\nPatch0: a.patch\nPatch1: b.patch\n%prep\ncd '/bake-rpm-build'\n"
		"/usr/lib/rpm/rpmuncompress -x /pkg/x-1.tar.gz\ncd 'x-1'\npushd lib/sub\n"
		"/usr/bin/patch -p1 < /pkg/a.patch\npushd ../../doc\npopd\npopd\n/usr/bin/patch -p1 < /pkg/b.patch\npopd\n");
	is(s.patch[0].dir, "lib/sub");
	is(s.patch[1].dir, "");
	cr_assert_eq(s.prep.n, 0);
}

Test(spec, quilt) {
	parse("Name: x\nVersion: 1\nPatch0: a.patch\n%prep\ncd 'x-1'\n/usr/lib/rpm/rpmuncompress /pkg/a.patch | \\\n"
		"/usr/bin/quilt import -p2 /pkg/a.patch && /usr/bin/quilt push -q\n");
	cr_assert_eq(s.patches, 1);
	is(s.patch[0].strip, "2");
}

Test(spec, commands_of_several_lines_are_one) {
	parse("Name: x\nVersion: 1\n%prep\n/usr/bin/git commit -q --allow-empty -a\\\n\t--author \"a <b>\" -m \"x base\"\n"
		"# a comment \\\nfind . -print0 \\\n  | xargs -0 touch\n");
	cr_assert_eq(s.prep.n, 1);
	is(s.prep.v[0], "find . -print0 | xargs -0 touch");
}

Test(spec, a_patch_that_is_not_in_the_package) {
	parse("Name: x\nVersion: 1\nPatch0: a.patch\n%prep\necho 'Cannot read /pkg/a.patch'; exit 1;\n");
	cr_assert_eq(s.missing.n, 1);
	is(s.missing.v[0], "a.patch");
	cr_assert_eq(s.unused.n, 0);
	cr_assert_eq(s.prep.n, 0);
}

Test(spec, prep_lines_do_not_say_where_the_package_lies) {
	parse("Name: x\nVersion: 1\nSource1: y\n%prep\ncp -p /pkg/y /pkg/z .\n");
	is(s.prep.v[0], "cp -p %{_sourcedir}/y %{_sourcedir}/z .");
}
