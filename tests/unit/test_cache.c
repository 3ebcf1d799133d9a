#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builddir.h"
#include "harvest.h"
#include "map.h"
#include "recipe.h"
#include "witness.h"
#include "workspace.h"

/* Files of a test are as new as can be: here they count as settled all the same, but for the tests of
 * just that. */
static void begin(void) {
	builddir_begin();
	witness_settle(-1000000000LL * 3600);
	put("classes/base.bbclass", "BB_BASEHASH_IGNORE_VARS = \"PWD\"\n"
			"addtask fetch\ndo_fetch() {\n\t:\n}\n"
			"addtask build after do_fetch\ndo_build() {\n\t:\n}\n");
	put("recipes/a_1.bb", "require a.inc\ninclude maybe.inc\nDEPENDS = \"x\"\n");
	put("recipes/a.inc", "LICENSE = \"MIT\"\n");
	put("recipes/b_1.bb", "inherit extra\n");
	put("classes/extra.bbclass", "EXTRA = \"1\"\n");
}

TestSuite(cache, .init = begin, .fini = builddir_end);

static struct workspace w;

static const struct recipe *recipe(const char *pn) {
	for (size_t i = 0; i < w.recipes->n; i++)
		if (slice_is(w.recipes->v[i].pn, pn))
			return &w.recipes->v[i];
	cr_assert_fail("no recipe %s", pn);
	return NULL;
}

/* One run of bake: the names of the recipes it had to read, in order. */
static const char *run_with(const char *assign) {
	struct slice given = slice_of(assign);
	struct layer_options options = { .assign = &given, .assigns = assign ? 1 : 0 };
	struct layer_faults faults = { 0 };
	struct slices read = { 0 };
	w = (struct workspace){ .arena = arena, .topdir = top,
		.config = layer_load(arena, top, &options, &faults) };
	cr_assert(w.config);
	workspace_read(&w);
	for (size_t i = 0; i < w.recipes->n; i++)
		if (!w.recipes->v[i].witness.p || w.recipes->v[i].witness.n)
			slices_add(arena, &read, w.recipes->v[i].pn);
	return arena_str(arena, slices_join(arena, &read, " "));
}

static const char *run(void) {
	return run_with(NULL);
}

static const char *identify_all(void) {
	struct harvest_wanted all = { calloc(w.recipes->n, sizeof *all.v), w.recipes->n };
	struct slices fresh = { 0 };
	for (size_t i = 0; i < all.n; i++) {
		all.v[i] = &w.recipes->v[i];
		if (!all.v[i]->identified)
			slices_add(arena, &fresh, all.v[i]->pn);
	}
	cr_assert_eq(workspace_identify(&w, &all), 0);
	free(all.v);
	return arena_str(arena, slices_join(arena, &fresh, " "));
}

static struct slice hash_of(const char *pn) {
	return recipe_task_find(recipe(pn), atom_of("do_build"))->base_hash;
}

static const char *cache_file(void) {
	struct slices names = { 0 };
	os_list(arena, arena_printf(arena, "%s/tmp/cache", top).p, &names);
	cr_assert_eq(names.n, 1);
	return arena_printf(arena, "%s/tmp/cache/" SFMT, top, SARG(names.v[0])).p;
}

/* --- what holds --- */

Test(cache, nothing_changed) {
	cr_assert_str_eq(run(), "a b");
	cr_assert_str_eq(run(), "");
	cr_assert(slice_is(recipe("a")->depends.v[0], "x"));
	cr_assert_eq(recipe("a")->tasks, 2);
}

Test(cache, deleted) {
	run();
	os_remove(arena_printf(arena, "%s/tmp/cache", top).p);
	cr_assert_str_eq(run(), "a b");
	cr_assert_str_eq(run(), "");
}

Test(cache, hashes_are_kept_too) {
	run();
	cr_assert_str_eq(identify_all(), "a b");
	struct slice hash = hash_of("a");
	cr_assert_str_eq(run(), "");
	cr_assert_str_eq(identify_all(), "");
	cr_assert(slice_eq(hash_of("a"), hash));
}

/* --- what does not hold any more --- */

Test(cache, edited_recipe) {
	run();
	put("recipes/a_1.bb", "require a.inc\nDEPENDS = \"y\"\n");
	cr_assert_str_eq(run(), "a");
	cr_assert(slice_is(recipe("a")->depends.v[0], "y"));
	cr_assert_str_eq(run(), "");
}

/* Same size, same time of content: only the time of status tells. */
Test(cache, edited_with_its_time_put_back) {
	const char *path = arena_printf(arena, "%s/recipes/a.inc", top).p;
	struct stat st;
	run();
	stat(path, &st);
	int fd = open(path, O_WRONLY);
	cr_assert_eq(write(fd, "LICENSE = \"BSD\"\n", 16), 16);
	struct timespec times[] = { st.st_atim, st.st_mtim };
	futimens(fd, times);
	close(fd);
	cr_assert_str_eq(run(), "a");
}

Test(cache, touched_inc) {
	run();
	utimensat(AT_FDCWD, arena_printf(arena, "%s/recipes/a.inc", top).p, NULL, 0);
	cr_assert_str_eq(run(), "a");
}

Test(cache, missing_include_is_there_now) {
	run();
	put("recipes/maybe.inc", "DEPENDS += \"z\"\n");
	cr_assert_str_eq(run(), "a");
}

Test(cache, append_comes_and_goes) {
	run();
	put("recipes/a_%.bbappend", "DEPENDS += \"y\"\n");
	cr_assert_str_eq(run(), "a");
	cr_assert_eq(recipe("a")->depends.n, 2);
	cr_assert_str_eq(run(), "");
	os_remove(arena_printf(arena, "%s/recipes/a_%%.bbappend", top).p);
	cr_assert_str_eq(run(), "a");
	cr_assert_eq(recipe("a")->depends.n, 1);
}

Test(cache, class_earlier_on_bbpath) {
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}/first:${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\n");
	put("first/classes/other.bbclass", "");
	run();
	cr_assert_str_eq(run(), "");
	put("first/classes/extra.bbclass", "DEPENDS = \"new\"\n");
	cr_assert_str_eq(run(), "b");
	cr_assert(slice_is(recipe("b")->depends.v[0], "new"));
}

Test(cache, recipe_comes_and_goes) {
	run();
	put("recipes/c_1.bb", "");
	cr_assert_str_eq(run(), "c");
	os_remove(arena_printf(arena, "%s/recipes/b_1.bb", top).p);
	cr_assert_str_eq(run(), "");
	cr_assert_eq(w.recipes->n, 2);
}

Test(cache, configuration_edited) {
	run();
	put("classes/base.bbclass", "addtask build\ndo_build() {\n\t: ${A}\n}\n");
	cr_assert_str_eq(run(), "a b");
	put("conf/layer.conf", "BBFILES += \"${LAYERDIR}/recipes/*.bb\"\nBBFILE_COLLECTIONS += \"test\"\n"
			"BBFILE_PATTERN_test = \"^${LAYERDIR}/recipes/\"\nLAYERSERIES_CORENAMES = \"one\"\n"
			"LAYERSERIES_COMPAT_test = \"one\"\n");
	cr_assert_str_eq(run(), "a b");
}

/* Each has its own; going back to one finds it again. */
Test(cache, set_on_the_command_line) {
	run();
	cr_assert_str_eq(run_with("MACHINE=m2"), "a b");
	cr_assert_str_eq(run_with("MACHINE=m2"), "");
	cr_assert_str_eq(run(), "");
	cr_assert_str_eq(run_with("MACHINE=m3"), "a b");
}

Test(cache, environment_let_through) {
	setenv("BB_ENV_PASSTHROUGH_ADDITIONS", "COLOUR", 1);
	setenv("COLOUR", "red", 1);
	run();
	cr_assert_str_eq(run(), "");
	setenv("COLOUR", "blue", 1);
	cr_assert_str_eq(run(), "a b");
	setenv("NOT_LET_THROUGH", "1", 1);
	cr_assert_str_eq(run(), "");
}

Test(cache, what_code_looked_for) {
	put("recipes/b_1.bb", "DEPENDS = \"${@'yes' if os.path.exists('${TOPDIR}/deep/down/flag') else 'no'}\"\n");
	run();
	cr_assert(slice_is(recipe("b")->depends.v[0], "no"));
	put("deep/other", "");
	run();
	cr_assert_str_eq(run(), "");
	put("deep/down/flag", "");
	cr_assert_str_eq(run(), "b");
	cr_assert(slice_is(recipe("b")->depends.v[0], "yes"));
}

Test(cache, what_code_listed) {
	put("list/one", "");
	put("recipes/b_1.bb", "DEPENDS = \"${@' '.join(sorted(os.listdir('${TOPDIR}/list')))}\"\n");
	run();
	cr_assert_str_eq(run(), "");
	put("list/two", "");
	cr_assert_str_eq(run(), "b");
	cr_assert_eq(recipe("b")->depends.n, 2);
}

Test(cache, what_code_read) {
	put("list/one", "x y");
	put("recipes/b_1.bb", "lua () {\n\td:setVar(\"DEPENDS\", fs.read(d:getVar(\"TOPDIR\") .. \"/list/one\"))\n}\n");
	run();
	cr_assert_str_eq(run(), "");
	put("list/one", "x");
	cr_assert_str_eq(run(), "b");
	cr_assert_eq(recipe("b")->depends.n, 1);
}

Test(cache, lua_module_edited) {
	put("classes/lib/mine.lua", "return { names = function() return \"x\" end }\n");
	put("recipes/b_1.bb", "lua () {\n\td:setVar(\"DEPENDS\", require(\"mine\").names())\n}\n");
	run();
	cr_assert_str_eq(run(), "");
	put("classes/lib/mine.lua", "return { names = function() return \"x y\" end }\n");
	const char *read = run();
	cr_assert(strstr(read, "b"), "read: %s", read);
}

/* What a hash alone needs may change while the record holds. */
Test(cache, what_a_hash_looked_for) {
	put("recipes/b_1.bb", "A = \"${@'yes' if os.path.exists('${TOPDIR}/flag') else 'no'}\"\n"
			"do_build() {\n\t: ${A}\n}\ndo_build[vardepvalue] = \"${A}\"\n");
	run();
	identify_all();
	struct slice before = hash_of("b");
	put("flag", "");
	run();
	cr_assert_str_eq(identify_all(), "b");
	cr_assert_not(slice_eq(hash_of("b"), before));
}

/* --- what is never kept --- */

Test(cache, changed_a_moment_ago) {
	witness_settle(2000000000LL);
	run();
	cr_assert_str_eq(run(), "a b");
	cr_assert_not(os_exists(arena_printf(arena, "%s/tmp/cache", top).p));
}

Test(cache, asks_for_the_time_or_a_program) {
	put("recipes/a_1.bb", "PV = \"${@time.strftime('%S')}\"\n");
	put("recipes/b_1.bb", "lua () {\n\td:setVar(\"DEPENDS\", bb.run{\"/bin/echo\", \"x\"})\n}\n");
	run();
	cr_assert_str_eq(run(), "a b");
}

Test(cache, asks_for_the_callers_directory) {
	put("recipes/b_1.bb", "DEPENDS = \"${@d.getVar('PWD').count('/')}\"\n");
	setenv("PWD", "/", 1);
	run();
	cr_assert_str_eq(run(), "b");
	setenv("PWD", "/a/b", 1);
	cr_assert_str_eq(run(), "b");
	cr_assert(slice_is(recipe("b")->depends.v[0], "2"));
}

/* Both: the second finds what the first worked out of the variables they share. */
Test(cache, a_hash_covers_the_callers_directory) {
	put("classes/base.bbclass", "addtask build\ndo_build() {\n\t: ${PWD}\n}\n");
	run();
	identify_all();
	run();
	cr_assert_str_eq(identify_all(), "a b");
}

Test(cache, forbidden_by_the_recipe) {
	put("recipes/b_1.bb", "BB_DONT_CACHE = \"1\"\n");
	run();
	cr_assert_str_eq(run(), "b");
}

static unsigned warnings;

static void count_warnings(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)text;
	warnings += level == MESSAGE_WARN;
}

Test(cache, warnings_are_given_again) {
	put("recipes/b_1.bb", "require b.inc\nrequire b.inc\n");
	put("recipes/b.inc", "A = \"1\"\n");
	message_sink(count_warnings, NULL);
	run();
	unsigned first = warnings;
	cr_assert_gt(first, 0);
	run();
	cr_assert_eq(warnings, 2 * first);
}

Test(cache, faults_are_told_again) {
	put("recipes/b_1.bb", "nonsense\n");
	for (int i = 0; i < 2; i++) {
		run();
		cr_assert_eq(w.failures->n, 1);
		cr_assert_eq(w.recipes->n, 1);
	}
}

/* --- damage --- */

Test(cache, damaged_anywhere) {
	struct slice text;
	run();
	const char *path = cache_file();
	cr_assert_eq(os_read(arena, path, &text), 0);
	for (size_t i = 0; i < text.n; i += 37) {
		struct slice bad = arena_dup(arena, text);
		((char *)bad.p)[i] ^= 0x20;
		os_write(path, bad, 0644, false);
		cr_assert_str_eq(run(), "a b");
	}
}

Test(cache, cut_off_anywhere) {
	struct slice text;
	run();
	const char *path = cache_file();
	cr_assert_eq(os_read(arena, path, &text), 0);
	for (size_t i = 0; i < text.n; i += 41) {
		os_write(path, slice_sub(text, 0, i), 0644, false);
		cr_assert_str_eq(run(), "a b");
	}
}

Test(cache, no_place_to_write) {
	put("tmp/cache", "a file where the directory would be");
	cr_assert_str_eq(run(), "a b");
	cr_assert_str_eq(run(), "a b");
}

Test(cache, the_oldest_go) {
	struct slices names = { 0 };
	for (int i = 0; i < 20; i++)
		run_with(arena_printf(arena, "MACHINE=m%d", i).p);
	os_list(arena, arena_printf(arena, "%s/tmp/cache", top).p, &names);
	cr_assert_eq(names.n, 8);
	cr_assert_str_eq(run_with("MACHINE=m19"), "");
	cr_assert_str_eq(run_with("MACHINE=m0"), "a b");
}
