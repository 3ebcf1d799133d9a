#include <criterion/criterion.h>

#include "builddir.h"
#include "data.h"
#include "map.h"
#include "recipe.h"

TestSuite(recipe, .init = builddir_begin, .fini = builddir_end);

static struct recipes list;
static struct fault fault;

static const char *join(const struct slices *words) {
	return arena_str(arena, slices_join(arena, words, " "));
}

/* Reads the one recipe there is. */
static int read_one(void) {
	struct config *c = load();
	cr_assert_eq(c->files, 1);
	return recipe_read(c, &c->file[0], arena, &list, &fault);
}

static const struct recipe *recipe(const char *text) {
	put("recipes/x_1.2.bb", text);
	cr_assert_eq(read_one(), 0, SFMT, SARG(fault.message));
	return &list.v[0];
}

Test(recipe, names_and_versions) {
	const struct recipe *r = recipe("PE = \"2\"\nDEFAULT_PREFERENCE = \"-1\"\n"
			"PROVIDES = \"virtual/x x\"\nEXCLUDE_FROM_WORLD = \"yes\"\n");
	cr_assert(slice_is(r->pn, "x") && slice_is(r->pv, "1.2") && slice_is(r->pr, "r0"));
	cr_assert(slice_is(r->pe, "2") && slice_is(r->layer, "test"));
	cr_assert_eq(r->default_preference, -1);
	cr_assert_eq(r->priority, 7);
	cr_assert(r->exclude_from_world);
	cr_assert_str_eq(join(&r->provides), "x virtual/x");
	cr_assert_str_eq(join(&r->inherits), "base");
	cr_assert(slice_eq(r->id, r->file) && slice_ends(r->file, "/recipes/x_1.2.bb"));
	cr_assert(slice_ends(r->stamp, "/tmp/stamps/x-1.2"));
}

Test(recipe, dependencies) {
	const struct recipe *r = recipe("DEPENDS = \"a (>= 1.0) b a c(= 2)\"\nPACKAGES = \"${PN} ${PN}-dev\"\n"
			"RDEPENDS:${PN} = \"libc (>= 2) d\"\nRRECOMMENDS:${PN}-dev = \"e\"\nRPROVIDES:${PN} = \"f\"\n"
			"PACKAGES_DYNAMIC = \"^x-.*\"\n");
	cr_assert_str_eq(join(&r->depends), "a b c(= 2)");
	cr_assert_eq(r->packages_count, 2);
	cr_assert_str_eq(join(&r->package[0].rdepends), "libc d");
	cr_assert_str_eq(join(&r->package[1].rrecommends), "e");
	cr_assert_str_eq(join(&r->package[0].rprovides), "f");
	cr_assert_str_eq(join(&r->packages_dynamic), "^x-.*");
}

Test(recipe, without_packages_its_name_is_one) {
	cr_assert_str_eq(join(&recipe("A = \"1\"\n")->packages), "x");
}

Test(recipe, tasks_and_flags) {
	const struct recipe *r = recipe("do_build[depends] = \"a:do_b ${PN}-native:do_c\"\n"
			"do_build[recrdeptask] = \"do_build\"\ndo_fetch[network] = \"1\"\ndo_build[nostamp] = \"1\"\n"
			"do_build[sstate-plaindirs] = \"${TMPDIR}/out\"\n");
	cr_assert_eq(r->tasks, 2);
	const struct recipe_task *fetch = recipe_task_find(r, atom_of("do_fetch"));
	const struct recipe_task *build = recipe_task_find(r, atom_of("do_build"));
	cr_assert(fetch && build && !recipe_task_find(r, atom_of("do_other")));
	cr_assert_str_eq(join(&build->after), "do_fetch");
	cr_assert_str_eq(join(&build->depends), "a:do_b x-native:do_c");
	cr_assert(fetch->network && !build->network && build->nostamp && build->cached && !fetch->cached);
	cr_assert(!r->identified && !build->base_hash.p);
	cr_assert(slice_ends(build->plaindirs.v[0], "/tmp/out"));
}

Test(recipe, identified_for_its_hashes) {
	struct recipe *r = (struct recipe *)recipe("SRC_URI = \"\"\ndo_build[file-checksums] = \"/a:True\"\n");
	cr_assert_eq(recipe_identify(load(), r, arena, &fault), 0);
	cr_assert(r->identified);
	cr_assert_eq(recipe_task_find(r, atom_of("do_build"))->base_hash.n, 64);
	cr_assert_str_eq(join(&recipe_task_find(r, atom_of("do_build"))->file_checksums), "/a:True");
}

Test(recipe, variants) {
	put("classes/native.bbclass", "CLASSOVERRIDE = \"class-native\"\n");
	recipe("BBCLASSEXTEND = \"native\"\n");
	cr_assert_eq(list.n, 2);
	cr_assert(slice_is(list.v[1].pn, "x-native") && slice_is(list.v[1].variant, "native"));
	cr_assert(slice_starts(list.v[1].id, "virtual:native:/"));
}

Test(recipe, wrong_machine_is_skipped) {
	const struct recipe *r = recipe("COMPATIBLE_MACHINE = \"m2|m3\"\nPROVIDES = \"y\"\n");
	cr_assert(slice_is(r->skipped, "incompatible with machine m1 (not in COMPATIBLE_MACHINE)"));
	cr_assert_str_eq(join(&r->provides), "x y");
	cr_assert_eq(r->tasks, 0);
}

Test(recipe, right_machine_and_host) {
	cr_assert_null(recipe("COMPATIBLE_MACHINE = \"(m1)\"\nCOMPATIBLE_HOST = \"riscv.*-linux\"\n")->skipped.p);
}

Test(recipe, wrong_host_is_skipped) {
	cr_assert(recipe("COMPATIBLE_HOST = \"^(?!riscv64).*\"\n")->skipped.p);
}

Test(recipe, fault_has_file_and_line) {
	put("recipes/x_1.2.bb", "A = \"1\"\nthis is no statement\n");
	cr_assert_eq(read_one(), -1);
	cr_assert(slice_ends(fault.file, "/recipes/x_1.2.bb"));
	cr_assert_eq(fault.line, 2);
	cr_assert_eq(list.n, 0);
}

Test(recipe, unpaired_directories) {
	put("recipes/x_1.2.bb", "do_build[sstate-inputdirs] = \"a b\"\ndo_build[sstate-outputdirs] = \"c\"\n");
	cr_assert_eq(read_one(), -1);
}

Test(recipe, outputs_alone_are_no_artefact) {
	const struct recipe *r = recipe("do_build[sstate-outputdirs] = \"c\"\n");
	const struct recipe_task *build = recipe_task_find(r, atom_of("do_build"));
	cr_assert(!build->cached && !build->outputdirs.n);
}

Test(recipe, data_of_a_variant) {
	put("classes/native.bbclass", "CLASSOVERRIDE = \"class-native\"\n");
	recipe("BBCLASSEXTEND = \"native\"\n");
	struct data *d = recipe_data(load(), list.v[1].id, arena);
	cr_assert(data_is(d, "PN", "x-native"));
	d = recipe_data(load(), list.v[0].id, arena);
	cr_assert(data_is(d, "PN", "x"));
}

Test(recipe, data_of_a_variant_of_two_words) {
	put("classes/multi.bbclass", "A = \"${BBEXTENDVARIANT}\"\n");
	recipe("BBCLASSEXTEND = \"multi:one multi:two\"\n");
	cr_assert(slice_is(list.v[2].variant, "multi:two"));
	cr_assert(data_is(recipe_data(load(), list.v[2].id, arena), "A", "two"));
}

/* A recipe only Python could make sense of: an error, or left out with the reason where the configuration says so. */
Test(recipe, needs_python) {
	put("recipes/x_1.2.bb", "A = \"1\"\npython () {\n    pass\n}\n");
	cr_assert_eq(read_one(), -1);
	cr_assert_eq(list.n, 0u);
	put("conf/local.conf", "");
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\nBB_NEEDS_PYTHON = \"skip\"\n"
			"PN = \"${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[0]}\"\n");
	cr_assert_eq(read_one(), 0);
	cr_assert_eq(list.n, 1u);
	cr_assert(slice_is(list.v[0].pn, "x") && slice_starts(list.v[0].skipped, RECIPE_NEEDS_PYTHON));
	cr_assert(slice_find(list.v[0].skipped, "recipes/x_1.2.bb:2: anonymous Python function", NULL),
			SFMT, SARG(list.v[0].skipped));
}

Test(recipe, other_errors_stay_errors) {
	put("conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBLAYERS = \"${TOPDIR}\"\nBB_NEEDS_PYTHON = \"skip\"\n");
	put("recipes/x_1.2.bb", "inherit nothere\n");
	cr_assert_eq(read_one(), -1);
}
