/* eval: files into stores: includes, classes, tasks, anonymous Lua, variants, skipping. */
#include <criterion/criterion.h>

#include "builddir.h"
#include "data.h"
#include "eval.h"
#include "lua.h"
#include "map.h"

static void set_up(void) { builddir_begin(); message_threshold(MESSAGE_ERROR); }
static void tear_down(void) { lua_shutdown(); builddir_end(); }
TestSuite(eval, .init = set_up, .fini = tear_down);

/* The variants of recipes/t_1.0.bb. */
static struct eval_variants variants(const char *text) {
	put("recipes/t_1.0.bb", text);
	struct config *c = load();
	struct eval_source s = { c->file[0].path, c->file[0].appends, c->file[0].layer->collection };
	return eval_recipe(arena, c->data, &s, NULL);
}

static struct data *recipe(const char *text) {
	return variants(text).v[0].data;
}

static void is(struct data *d, const char *name, const char *want) {
	struct slice value;
	cr_assert(data_get(d, atom_of(name), &value), "%s is not set", name);
	cr_assert(slice_is(value, want), "%s: «" SFMT "», not «%s»", name, SARG(value), want);
}

static void flag_is(struct data *d, const char *name, const char *flag, const char *want) {
	struct slice value;
	bool have = data_get_flag(d, atom_of(name), atom_of(flag), true, &value);
	cr_assert_eq(have, want != NULL, "%s[%s]", name, flag);
	if (want)
		cr_assert(slice_is(value, want), "%s[%s]: «" SFMT "»", name, flag, SARG(value));
}

static void words_are(struct slices list, const char *want) {
	struct slice text = slices_join(arena, &list, " ");
	cr_assert(slice_is(text, want), "«" SFMT "», not «%s»", SARG(text), want);
}

static void fails(const char *text, int line, const char *says) {
	struct trap trap;
	if (TRAP(&trap)) {
		recipe(text);
		trap_end(&trap);
		cr_assert_fail("accepted: %s", text);
	}
	cr_assert_eq(trap.error.line, line, "line %d: " SFMT, trap.error.line, SARG(trap.error.message));
	cr_assert(slice_find(trap.error.message, says, NULL), SFMT, SARG(trap.error.message));
}

Test(eval, names_come_from_the_file) {
	struct data *d = recipe("A:pn-t = \"mine\"\n");
	is(d, "PN", "t");
	is(d, "PV", "1.0");
	is(d, "A", "mine");
	is(d, "FILE_LAYERNAME", "test");
}

Test(eval, operators) {
	struct data *d = recipe("V = \"1\"\nA ?= \"a\"\nA ?= \"b\"\nA += \"c\"\nA =+ \"d\"\nA .= \"e\"\n"
			"A =. \"f\"\nN := \"${V}${U}\"\nV = \"2\"\nF[x] = \"1\"\nF[x] += \"2\"\n");
	is(d, "A", "fd a ce");
	is(d, "N", "1${U}");
	flag_is(d, "F", "x", "1 2");
}

Test(eval, includes_look_beside_the_file_first) {
	put("x.inc", "X = \"top\"\n");
	put("recipes/x.inc", "X = \"beside\"\ninclude y.inc\n");
	put("y.inc", "Y = \"path\"\n");
	struct data *d = recipe("require x.inc\ninclude nothere.inc\n");
	is(d, "X", "beside");
	is(d, "Y", "path");
	is(d, "FILE", arena_printf(arena, "%s/recipes/t_1.0.bb", top).p);
	fails("\nrequire nothere.inc\n", 2, "require nothere.inc: not found");
}

Test(eval, classes_once_and_in_order) {
	put("classes/one.bbclass", "L .= \"1\"\ninherit two\nL .= \"a\"\n");
	put("classes/two.bbclass", "L .= \"2\"\n");
	put("classes-recipe/three.bbclass", "L .= \"r\"\n");
	put("classes/three.bbclass", "L .= \"x\"\n");
	put("classes/late.bbclass", "L .= \"late\"\n");
	struct data *d = recipe("inherit_defer late\nC = \"one three\"\ninherit ${C} two\nL .= \".\"\n");
	is(d, "L", "12ar.late");
	cr_assert(eval_inherits(d, SLICE("two")));
	cr_assert_not(eval_inherits(d, SLICE("four")));
	fails("inherit four\n", 1, "classes/four.bbclass");
}

/* Layers made for Yocto keep theirs in classes-recipe; the base layer's, and what stands before it, win. */
Test(eval, classes_of_the_base_layer_hide_others) {
	put("yocto/classes-recipe/one.bbclass", "L .= \"yocto\"\n");
	put("yocto/classes-recipe/two.bbclass", "L .= \"only\"\n");
	put("classes/one.bbclass", "L .= \"base\"\n");
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}:${TOPDIR}/yocto\"\nBBLAYERS = \"${TOPDIR}\"\n");
	is(recipe("inherit one two\n"), "L", "yocto" "only");
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}:${TOPDIR}/yocto\"\nBBLAYERS = \"${TOPDIR}\"\n"
			"BB_BASE_LAYER = \"${TOPDIR}\"\n");
	is(recipe("inherit one two\n"), "L", "base" "only");
}

Test(eval, classes_that_need_not_be_there) {
	is(recipe("BB_ASSUME_CLASSES = \"one *-two\"\ninherit one much-two\nA = \"a\"\n"), "A", "a");
	fails("BB_ASSUME_CLASSES = \"one *-two\"\ninherit two\n", 2, "two");
	is(recipe("inherit my-compatible-machine\nA = \"a\"\n"), "A", "a");
}

Test(eval, a_python_def_does_not_replace_lua) {
	put("classes/k.bbclass", "function f(d)\n\treturn \"lua\"\nend\n");
	is(recipe("inherit k\ndef f(d):\n    return 1\nA = \"${@f(d)}\"\n"), "A", "lua");
}

Test(eval, export_functions) {
	put("classes/k.bbclass", "k_do_a() {\n\tk\n}\nk_do_b() {\n\tk\n}\nEXPORT_FUNCTIONS do_a do_b\n"
			"lua k_do_c() {\n\treturn\n}\nEXPORT_FUNCTIONS do_c\n");
	struct data *d = recipe("do_b() {\n\tmine\n}\ninherit k\n");
	is(d, "do_a", "    # Export function set\n    k_do_a\n");
	is(d, "do_b", "\tmine\n");
	flag_is(d, "do_a", "func", "1");
	flag_is(d, "do_c", "lua", "1");
	lua_check(data_text(d, "do_c"), (struct place){ NULL, 1 });
}

Test(eval, tasks_keep_their_order_and_dependencies) {
	struct data *d = recipe("addtask c after do_fetch before do_build\naddtask a b after c\ndeltask b\n"
			"addtask b\nN = \"x\"\naddtask do_${N} after do_${N}y\n");
	words_are(eval_tasks(d), "do_fetch do_build do_c do_a do_b do_x");
	words_are(eval_task_after(d, atom_of("do_build")), "do_c do_fetch");
	words_are(eval_task_after(d, atom_of("do_a")), "do_c");
	words_are(eval_task_after(d, atom_of("do_b")), "");
	flag_is(d, "do_c", "task", "1");
}

Test(eval, anonymous_lua_runs_after_everything_is_read) {
	struct data *d = recipe("lua () {\n\td:setVar(\"A\", d:getVar(\"B\") .. helper(d))\n}\nB = \"b\"\n"
			"function helper(d)\n\treturn d:getVar(\"PN\")\nend\n");
	is(d, "A", "bt");
	fails("A = \"a\"\npython () {\n    pass\n}\n", 2, "lua () {");
}

Test(eval, skipping_ends_a_recipe_with_a_reason) {
	struct eval_variants v = variants("lua () {\n\tbb.skip(\"no need\")\n}\n");
	cr_assert_eq(v.n, 1u);
	cr_assert(slice_is(v.v[0].skipped, "no need"));
}

Test(eval, variants_start_from_what_the_files_say) {
	put("classes/native.bbclass", "CLASSOVERRIDE = \"native\"\nA:append = \" native\"\n");
	put("recipes/t_1.0.bbappend", "BBCLASSEXTEND += \"multi:lib32\"\n");
	put("classes/multi.bbclass", "PN =. \"${BBEXTENDVARIANT}-\"\n");
	struct eval_variants v = variants("A = \"a\"\nBBCLASSEXTEND = \"native\"\n"
			"lua () {\n\td:appendVar(\"A\", \"!\")\n}\n");
	cr_assert_eq(v.n, 3u);
	is(v.v[0].data, "A", "a!");
	cr_assert(slice_is(v.v[1].name, "native"));
	is(v.v[1].data, "PN", "t-native");
	is(v.v[1].data, "A", "a native!");
	cr_assert(slice_is(v.v[2].name, "multi:lib32"));
	is(v.v[2].data, "PN", "lib32-t");
	is(v.v[2].data, "BBEXTENDCURR", "multi");
}

Test(eval, one_variant_alone) {
	put("classes/native.bbclass", "");
	put("recipes/t_1.0.bb", "BBCLASSEXTEND = \"native\"\n");
	struct config *c = load();
	struct eval_source s = { c->file[0].path, c->file[0].appends, SLICE_NONE };
	struct slice native = SLICE("native"), none = SLICE("");
	struct eval_variants v = eval_recipe(arena, c->data, &s, &native);
	cr_assert(v.n == 1 && slice_is(v.v[0].name, "native"));
	v = eval_recipe(arena, c->data, &s, &none);
	cr_assert(v.n == 1 && v.v[0].name.n == 0);
}

Test(eval, task_depends_are_settled) {
	struct data *d = recipe("BB_RECIPE_VIRTUAL_PROVIDERS = \"virtual/x\"\n"
			"PREFERRED_PROVIDER_virtual/x = \"x\"\nDEPENDS = \" a   virtual/x\"\n"
			"do_build[depends] = \"virtual/x:do_y  b:do_c\"\n");
	is(d, "DEPENDS", "a x");
	flag_is(d, "do_build", "depends", "x:do_y b:do_c");
	fails("do_build[depends] = \"a\"\n", 1, "RECIPE:do_task");
}

Test(eval, every_file_read_is_known) {
	put("recipes/x.inc", "");
	struct data *d = recipe("require x.inc\n");
	struct slices inputs = eval_inputs(d);
	const char *const wanted[] = { "conf/bblayers.conf", "conf/layer.conf", "conf/bitbake.conf",
		"classes/base.bbclass", "recipes/t_1.0.bb", "recipes/x.inc" };
	cr_assert_eq(inputs.n, sizeof wanted / sizeof *wanted);
	for (size_t i = 0; i < inputs.n; i++)
		cr_assert(slice_ends(inputs.v[i], wanted[i]), SFMT, SARG(inputs.v[i]));
}

Test(eval, handlers_hear_their_events) {
	struct data *d = recipe("lua heard() {\n\te.data:appendVar(\"LOG\", e.name .. \" \")\n}\n"
			"addhandler heard\n"
			"heard[eventmask] = \"bb.event.RecipePreFinalise bb.event.RecipeTaskPreProcess\"\n");
	is(d, "LOG", "bb.event.RecipePreFinalise bb.event.RecipeTaskPreProcess ");
	fails("addhandler nobody\n", 0, "addhandler nobody");
}
