/* amendment: where the earlier text of a licence is found, and what is said of the difference. */
#include <criterion/criterion.h>

#include "amendment.h"
#include "builddir.h"
#include "config.h"
#include "hash.h"
#include "recipe.h"
#include "store.h"

static struct recipes list;

static void set_up(void) {
	builddir_begin();
	put("classes/license.bbclass", "S = \"${TOPDIR}/source\"\nLICENSE_DIRECTORY = \"${TOPDIR}/texts\"\n"
			"SSTATE_DIR = \"${TOPDIR}/store\"\nCOMMON_LICENSE_DIR = \"${TOPDIR}/common\"\n"
			"addtask populate_lic before do_build\ndo_populate_lic() {\n\t:\n}\n"
			"do_populate_lic[sstate-inputdirs] = \"${TOPDIR}/in\"\n"
			"do_populate_lic[sstate-outputdirs] = \"${LICENSE_DIRECTORY}/all/${PN}\"\n");
}
TestSuite(amendment, .init = set_up, .fini = builddir_end);

static const char *md5(const char *text) {
	char *hex = ARENA_ARRAY(arena, char, HASH_HEX);
	hash_text(HASH_MD5, slice_of(text), hex);
	return hex;
}

/* What is said of a recipe x that names the text with the digest of `was`. */
static const char *said(const char *was, const char *parameters, unsigned count) {
	struct fault fault;
	struct buf out = { .arena = arena };
	put("recipes/x_1.bb", arena_printf(arena, "inherit license\nLIC_FILES_CHKSUM = \"file://COPYING;md5=%s%s\"\n",
		md5(was), parameters).p);
	struct config *c = load();
	list = (struct recipes){ 0 };
	cr_assert_eq(recipe_read(c, &c->file[0], arena, &list, &fault), 0);
	cr_expect_eq(amendment_report(c, &list.v[0], arena, &out), count);
	return arena_str(arena, buf_slice(&out));
}

static void has(const char *text, const char *part) {
	cr_expect_not_null(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

Test(amendment, the_text_is_the_one) {
	put("source/COPYING", "old\n");
	cr_expect_str_eq(said("old\n", "", 0), "");
}

Test(amendment, nothing_was_unpacked) {
	cr_expect_str_eq(said("old\n", "", 0), "");
}

Test(amendment, a_text_with_another_name) {
	put("source/LICENCE.md", "other\n");
	put("source/doc/License.txt", "old\n");
	cr_expect_str_eq(said("old\n", "", 1), "x: COPYING: the same text is doc/License.txt now\n");
}

Test(amendment, a_text_that_is_gone) {
	put("source/main.c", "old\n");
	cr_expect_str_eq(said("old\n", "", 1),
		"x: COPYING: no file of the source is named like a licence\n");
	put("source/doc/COPYING.LIB", "other\n");
	cr_expect_str_eq(said("old\n", "", 1),
		"x: COPYING: the source has these, of other texts: doc/COPYING.LIB\n");
}

Test(amendment, published_by_whichever_recipe) {
	put("source/COPYING", "a\nnew\n");
	put("texts/all/another/LICENSE", "a\nold\n");
	put("texts/all/x/COPYING", "later\n");
	const char *text = said("a\nold\n", "", 1);
	has(text, "--- x COPYING, as the recipe was written for\n+++ ");
	has(text, "/source/COPYING\n@@ -1,2 +1,2 @@\n a\n-old\n+new\n");
}

Test(amendment, from_the_common_texts) {
	put("source/COPYING", "new\n");
	put("common/MIT", "old\n");
	has(said("old\n", "", 1), "as the recipe was written for");
}

static void store(const char *id, char digit, const char *text) {
	char hash[65];
	struct slice content;
	const char *name = "0", *dir = arena_printf(arena, "%s/in", top).p;
	struct store_options o = { .dir = arena_printf(arena, "%s/store", top).p };
	struct store_entry e = { .hash = hash, .id = id, .names = &name, .dirs = &dir, .count = 1 };
	memset(hash, digit, 64);
	hash[64] = '\0';
	os_remove(dir);
	put("in/COPYING", text);
	cr_assert_eq(store_put(store_open(arena, &o), &e, &content), 0);
}

Test(amendment, from_an_artefact_of_the_recipe) {
	put("source/COPYING", "new\n");
	store("x:do_populate_lic", 'a', "middle\n");
	store("x:do_populate_lic", 'b', "old\n");
	store("y:do_populate_lic", 'c', "other\n");
	const char *text = said("old\n", "", 1);
	has(text, "--- x COPYING, of an earlier build, from SSTATE_DIR\n");
	has(text, "\n-old\n+new\n");
}

Test(amendment, a_damaged_artefact_is_passed_over) {
	put("source/COPYING", "new\n");
	store("x:do_populate_lic", 'a', "old\n");
	put("store/aa/" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.tar.zst", "damaged");
	has(said("old\n", "", 1), "is not known here");
}

Test(amendment, another_one_that_was_accepted_last) {
	put("source/COPYING", "new\n");
	put("texts/all/x/COPYING", "last\n");
	const char *text = said("never seen\n", "", 1);
	has(text, "when it was last accepted: no text with the recipe's md5 is known");
	has(text, "-last\n+new\n");
}

Test(amendment, unknown) {
	put("source/COPYING", "new\n");
	has(said("old\n", "", 1), "x: COPYING: the text with md5 ");
}

Test(amendment, lines_that_moved) {
	put("source/COPYING", "1\n2\n3\nyou may\ndo it\nend\n");
	put("texts/all/x/COPYING", "1\nyou may\ndo it\nend\n");
	cr_expect_str_eq(said("you may\ndo it\n", ";beginline=2;endline=3", 1),
		"x: COPYING: the text is the same, but stands elsewhere now: beginline=4;endline=5\n");
}

Test(amendment, lines_that_are_only_part_of_others_did_not_move) {
	put("source/COPYING", "1\n2\nif you may\n");
	put("texts/all/x/COPYING", "1\nyou may\n");
	has(said("you may\n", ";beginline=2;endline=2", 1), "-you may\n+2\n");
}

Test(amendment, several_texts) {
	put("source/COPYING", "new\n");
	put("source/OTHER", "new too\n");
	put("texts/all/x/COPYING", "old\n");
	put("texts/all/x/OTHER", "old too\n");
	const char *text = said("old\n", arena_printf(arena, " file://OTHER;md5=%s https://no/file file://;md5=1",
		md5("old too\n")).p, 2);
	has(text, "-old\n+new\n");
	has(text, "-old too\n+new too\n");
}

Test(amendment, a_recipe_that_cannot_be_evaluated) {
	struct fault fault;
	struct buf out = { .arena = arena };
	put("recipes/x_1.bb", "A = \"1\"\n");
	struct config *c = load();
	list = (struct recipes){ 0 };
	cr_assert_eq(recipe_read(c, &c->file[0], arena, &list, &fault), 0);
	put("recipes/x_1.bb", "what is this\n");
	cr_expect_eq(amendment_report(c, &list.v[0], arena, &out), 0);
}
