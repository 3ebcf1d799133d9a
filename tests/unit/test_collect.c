/* collect: `bake archive` in a build directory whose recipes have local sources only. */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "builddir.h"
#include "collect.h"
#include "options.h"

TestSuite(collect, .init = builddir_begin, .fini = builddir_end);

static const char *in(const char *name) {
	return arena_printf(arena, "%s/%s", top, name).p;
}

static int collect(const char *target) {
	struct options o = { .command = COMMAND_ARCHIVE, .build_dir = top, .output = in("kept") };
	slices_add(arena, &o.words, slice_of(target));
	return collect_sources(arena, &o);
}

static void holds(const char *name, const char *text) {
	struct slice found;
	cr_assert_eq(os_read(arena, in(name), &found), 0, "%s is not there", name);
	cr_expect(slice_is(found, text), "%s: " SFMT, name, SARG(found));
}

static bool has_line(const char *name, const char *line) {
	struct slice text, found;
	cr_assert_eq(os_read(arena, in(name), &text), 0, "%s is not there", name);
	while (slice_field(&text, '\n', &found))
		if (slice_is(found, line))
			return true;
	return false;
}

static void workspace(void) {
	put("conf/local.conf", "PASSWORD = \"x\"\n");
	put("conf/bitbake.conf", "TMPDIR = \"${TOPDIR}/tmp\"\nSTAMP = \"${TMPDIR}/stamps/${PN}-${PV}\"\n"
			"OVERRIDES = \"pn-${PN}\"\nDL_DIR = \"${TOPDIR}/downloads\"\nHOSTTOOLS = \"true\"\n"
			"HOSTTOOLS_DIR = \"${TMPDIR}/hosttools\"\nFILESPATH = \"${TOPDIR}/recipes\"\n"
			"BB_DEFAULT_TASK = \"build\"\ninclude conf/local.conf\n");
	put("recipes/x_1.bb", "LICENSE = \"MIT\"\nrequire x.inc\nSRC_URI = \"file://a/fix.patch file://b/fix.patch\"\n");
	put("recipes/x.inc", "inherit used\n");
	put("recipes/unused.inc", "A = \"1\"\n");
	put("recipes/a/fix.patch", "one");
	put("recipes/b/fix.patch", "two");
	put("classes/used.bbclass", "B = \"1\"\n");
	put("classes/lib/part.lua", "return {}\n");
}

Test(collect, what_a_recipe_was_read_from) {
	workspace();
	cr_assert_eq(collect("x"), 0);
	holds("kept/x-1/recipe/test/recipes/x.inc", "inherit used\n");
	holds("kept/x-1/files/a/fix.patch", "one");
	holds("kept/x-1/files/b/fix.patch", "two");
	holds("kept/layers/test/classes/used.bbclass", "B = \"1\"\n");
	holds("kept/layers/test/classes/lib/part.lua", "return {}\n");
	cr_expect(os_is_file(in("kept/layers/test/conf/bitbake.conf")));
	cr_expect(os_is_file(in("kept/SHA256SUMS")));
	cr_expect_not(os_exists(in("kept/x-1/recipe/test/recipes/unused.inc")));
	cr_expect(has_line("kept/x-1/INFO", "licence: MIT"));
	cr_expect(has_line("kept/x-1/INFO", "file: test/recipes/x.inc"));
	cr_expect(has_line("kept/x-1/INFO", "class: test/classes/used.bbclass"));
}

Test(collect, the_build_directorys_own_configuration_stays_there) {
	workspace();
	cr_assert_eq(collect("x"), 0);
	cr_expect_not(os_exists(in("kept/layers/test/conf/local.conf")));
	cr_expect_not(os_exists(in("kept/layers/test/conf/bblayers.conf")));
}

Test(collect, again) {
	workspace();
	cr_assert_eq(collect("x"), 0);
	put("recipes/x_1.bb", "LICENSE = \"MIT\"\nSRC_URI = \"file://b/fix.patch\"\n");
	put("recipes/b/fix.patch", "three");
	cr_assert_eq(collect("x"), 0);
	cr_expect_not(os_exists(in("kept/x-1/recipe/test/recipes/x.inc")));
	cr_expect_not(os_exists(in("kept/x-1/files/a")));
	holds("kept/x-1/files/b/fix.patch", "three");
}

Test(collect, a_source_that_is_missing) {
	workspace();
	cr_assert_eq(collect("x"), 0);
	cr_assert_eq(os_remove(in("recipes/b")), 0);
	cr_expect_eq(collect("x"), 1);
	cr_expect_not(os_exists(in("kept/x-1/INFO")), "nothing passes for it");
}

Test(collect, no_target) {
	struct options o = { .command = COMMAND_ARCHIVE, .build_dir = top };
	cr_expect_eq(collect_sources(arena, &o), 2);
}

Test(collect, no_such_target) {
	workspace();
	cr_expect_eq(collect("absent"), 1);
}
