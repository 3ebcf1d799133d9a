/* layer: the configuration of a build directory, its layers and its recipe files. */
#include <criterion/criterion.h>

#include "builddir.h"
#include "data.h"
#include "map.h"

static void set_up(void) { builddir_begin(); message_threshold(MESSAGE_ERROR); }
TestSuite(layer, .init = set_up, .fini = builddir_end);

static struct layer_faults faults;
static struct layer_options options;

static struct config *try_load(void) {
	faults = (struct layer_faults){ 0 };
	return layer_load(arena, top, &options, &faults);
}

static struct config *loaded(void) {
	struct config *c = try_load();
	for (size_t i = 0; i < faults.n; i++)
		cr_log_error(SFMT, SARG(faults.v[i].message));
	cr_assert(c);
	return c;
}

/* Loading fails with one fault whose file ends so and whose text holds that. */
static void fails(const char *file, int line, const char *says) {
	cr_assert_null(try_load());
	cr_assert_eq(faults.n, 1u);
	if (*file)
		cr_assert(slice_ends(faults.v[0].file, file), SFMT, SARG(faults.v[0].file));
	cr_assert_eq(faults.v[0].line, line);
	cr_assert(slice_find(faults.v[0].message, says, NULL), SFMT, SARG(faults.v[0].message));
}

/* A second layer below the build directory; more goes into its layer.conf. */
static void second(const char *more) {
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR} ${TOPDIR}/two\"\n");
	put("two/conf/layer.conf", arena_printf(arena, "BBPATH .= \":${LAYERDIR}\"\n"
			"BBFILES += \"${LAYERDIR}/r/*.bb ${LAYERDIR}/r/*.bbappend\"\n"
			"BBFILE_COLLECTIONS += \"two\"\nBBFILE_PATTERN_two = \"^${LAYERDIR}/\"\n"
			"LAYERSERIES_COMPAT_two = \"one\"\n%s", more).p);
}

static void is(struct config *c, const char *name, const char *want) {
	struct slice value = data_text(data_child(arena, c->data), name);
	cr_assert(slice_is(value, want), "%s: «" SFMT "»", name, SARG(value));
}

static void file_is(const struct config *c, size_t i, const char *name, const char *layer) {
	cr_assert_lt(i, c->files);
	cr_assert(slice_ends(c->file[i].path, name), SFMT, SARG(c->file[i].path));
	cr_assert(slice_is(c->file[i].layer->collection, layer));
}

Test(layer, order_of_files) {
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\nL = \"b\"\n");
	put("conf/bitbake.conf", "L .= \"c\"\nINHERIT += \"x\"\n");
	put("classes/base.bbclass", "L .= \"B\"\n");
	put("classes/x.bbclass", "L .= \"x\"\n");
	is(loaded(), "L", "bcBx");
}

Test(layer, priority_from_dependencies) {
	second("LAYERDEPENDS_two = \"test (>= 1)\"\n");
	put("conf/layer.conf", "BBFILE_COLLECTIONS += \"test\"\nBBFILE_PATTERN_test = \"^${LAYERDIR}/recipes/\"\n"
			"BBFILE_PRIORITY_test = \"7\"\nLAYERSERIES_CORENAMES = \"one\"\nLAYERVERSION_test = \"2\"\n"
			"LAYERSERIES_COMPAT_test = \"one\"\nBBFILES += \"${LAYERDIR}/recipes/*.bb\"\n");
	put("recipes/a_1.bb", "");
	put("two/r/b_1.bb", "");
	struct config *c = loaded();
	cr_assert_eq(c->layer[1].priority, 8);
	file_is(c, 0, "recipes/a_1.bb", "test");
	file_is(c, 1, "two/r/b_1.bb", "two");
	second("LAYERDEPENDS_two = \"test (>= 3)\"\n");
	fails("two/conf/layer.conf", 6, "version 2");
	second("LAYERDEPENDS_two = \"three\"\n");
	fails("two/conf/layer.conf", 6, "layer three, which is not in BBLAYERS");
}

Test(layer, one_may_stand_for_another) {
	second("LAYERDEPENDS_two = \"core (>= 11)\"\nLAYERPROVIDES_two = \"core\"\n");
	loaded();
}

Test(layer, files_once_in_order_of_priority) {
	second("BBFILE_PRIORITY_two = \"3\"\nBBFILES += \"${TOPDIR}/recipes\"\n");
	put("recipes/z_1.bb", "");
	put("recipes/sub/y_1.bb", "");
	put("recipes/.svn/no_1.bb", "");
	put("two/r/b_1.bb", "");
	struct config *c = loaded();
	cr_assert_eq(c->files, 3u);
	file_is(c, 0, "recipes/z_1.bb", "test");         /* the directory itself is in no layer: first */
	file_is(c, 1, "recipes/sub/y_1.bb", "test");
	file_is(c, 2, "two/r/b_1.bb", "two");
}

Test(layer, masks) {
	put("conf/bitbake.conf", "BBMASK = \"/b_ |nothing (\"\n");
	put("recipes/a_1.bb", "");
	put("recipes/b_1.bb", "");
	message_threshold(MESSAGE_ERROR + 1);
	struct config *c = loaded();
	cr_assert_eq(c->files, 1u);
	file_is(c, 0, "a_1.bb", "test");
}

Test(layer, appends_by_name_and_percent) {
	put("recipes/a_1.0.bb", "");
	put("recipes/a_1.0.bbappend", "");
	put("recipes/a_1%.bbappend", "");
	put("recipes/a_%.bbappend", "");
	struct config *c = loaded();
	cr_assert_eq(c->file[0].appends.n, 3u);
	put("recipes/b_%.bbappend", "");
	fails("recipes/b_%.bbappend", 0, "no recipe to append to");
}

Test(layer, dynamic_files) {
	second("BBFILES_DYNAMIC += \"test:${LAYERDIR}/with/*.bb !test:${LAYERDIR}/without/*.bb "
			"!three:${LAYERDIR}/other/*.bb\"\n");
	put("two/with/a_1.bb", "");
	put("two/without/b_1.bb", "");
	put("two/other/c_1.bb", "");
	struct config *c = loaded();
	cr_assert_eq(c->files, 2u);
	second("BBFILES_DYNAMIC += \"nothing\"\n");
	fails("two/conf/layer.conf", 6, "COLLECTION:FILES");
}

Test(layer, series) {
	second("LAYERSERIES_COMPAT_two = \"other\"\n");
	cr_assert_null(try_load());
	cr_assert(slice_find(faults.v[0].message, "works with series other", NULL));
}

Test(layer, what_is_missing) {
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR} /nothere\"\n");
	fails("conf/bblayers.conf", 2, "/nothere: no such directory");
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\n");
	fails("", 0, "BBLAYERS: not set");
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\n");
	put("conf/bitbake.conf", "what\n");
	fails("conf/bitbake.conf", 1, "unparsed line");
	put("conf/bitbake.conf", "INHERIT += \"nothere\"\n");
	fails("", 0, "classes/nothere.bbclass");
}

Test(layer, layerdir_is_fixed_behind_its_layer) {
	second("HERE = \"${LAYERDIR}\"\nRE = \"${LAYERDIR_RE}\"\n");
	struct config *c = loaded();
	is(c, "HERE", arena_printf(arena, "%s/two", top).p);
	cr_assert(slice_find(data_text(data_child(arena, c->data), "RE"), "\\-", NULL));
	is(c, "LAYERDIR", "");
	cr_assert(slice_eq(c->layer[1].dir, arena_printf(arena, "%s/two", top)));
}

Test(layer, environment_that_may_enter) {
	setenv("BB_ENV_PASSTHROUGH_ADDITIONS", "MY_OWN", 1);
	setenv("MY_OWN", "x", 1);
	setenv("NOT_MINE", "y", 1);
	struct config *c = loaded();
	is(c, "MY_OWN", "x");
	is(c, "NOT_MINE", "");
	is(c, "PATH", getenv("PATH"));
}

Test(layer, the_command_line_wins_over_every_file) {
	struct slice assign[] = { SLICE("MACHINE=other"), SLICE("X:append= more") };
	options = (struct layer_options){ .assign = assign, .assigns = 2 };
	put("conf/bitbake.conf", "MACHINE = \"m1\"\nrequire conf/${MACHINE}.conf\nX = \"x\"\n");
	put("conf/other.conf", "Y = \"of other\"\n");
	struct config *c = loaded();
	is(c, "MACHINE", "other");
	is(c, "Y", "of other");
	is(c, "X", "x more");
	options = (struct layer_options){ 0 };
}
