/* Old overrides to new ones, and everything that looks like one but is none. */
#include <criterion/criterion.h>

#include "convert.h"
#include "util.h"

static struct arena *a;
static struct convert *c;

static void setup(void) {
	a = arena_new();
	c = convert_new(a);
	convert_override(c, SLICE("mymachine"));
}

static void teardown(void) {
	arena_free(a);
}

TestSuite(convert, .init = setup, .fini = teardown);

static void expect(const char *old, const char *new) {
	convert_learn(c, slice_of(old), CONVERT_RECIPE);
	cr_expect_str_eq(convert_text(c, a, slice_of(old), CONVERT_RECIPE, NULL).p, new);
	cr_expect_str_eq(convert_text(c, a, slice_of(new), CONVERT_RECIPE, NULL).p, new,
			"again: %s", new);
}

static void same(const char *text) {
	expect(text, text);
}

Test(convert, operations) {
	expect("SRC_URI_append = \" x\"\n", "SRC_URI:append = \" x\"\n");
	expect("A_prepend=\"x\"", "A:prepend=\"x\"");
	expect("export A_remove += 'x'\n", "export A:remove += 'x'\n");
	expect("A_append_mymachine = \"x\"\n", "A:append:mymachine = \"x\"\n");
	expect("A_append_class-target_unheardof = \"x\"\n", "A:append:class-target:unheardof = \"x\"\n");
	expect("A_mymachine_append = \"x\"\n", "A:mymachine:append = \"x\"\n");
	expect("unset A_append\n", "unset A:append\n");
	expect("lowercase_append = \"x\"\n", "lowercase:append = \"x\"\n");
}

Test(convert, what_only_looks_like_an_operation) {
	same("A_append_FOO = \"x\"\n");
	same("A = \"B_append\"\n");
	same("SRC_URI = \"file://fix_append.patch file://x_remove_y.c\"\n");
	same("addtask do_remove_stamps after do_fetch\n");
	same("require foo_append.inc\n");
	same("\tA_append = \"x\"\n");
	same("do_x() {\n\tFOO_append=1\n\techo $FOO_append\n}\n");
	same("# the A_append operator = see manual\n");
}

Test(convert, functions) {
	expect("do_install_append () {\n\t:\n}\n", "do_install:append () {\n\t:\n}\n");
	expect("do_install_append_class-native() {\n}\n", "do_install:append:class-native() {\n}\n");
	expect("do_install_class-native() {\n}\n", "do_install:class-native() {\n}\n");
	expect("pkg_postinst_${PN}() {\n}\n", "pkg_postinst:${PN}() {\n}\n");
	expect("pkg_postinst_ontarget_${PN}-x () {\n}\n", "pkg_postinst_ontarget:${PN}-x () {\n}\n");
	expect("python do_x_prepend() {\n    a = 1\n}\n", "python do_x:prepend() {\n    a = 1\n}\n");
	expect("fakeroot python do_x_append() {\n}\n", "fakeroot python do_x:append() {\n}\n");
	same("do_x_arm() {\n}\nROOTFS_COMMAND = \"do_x_arm; \"\n");
	same("addtask do_y_arm\ndo_y_arm() {\n}\n");
	same("do_install_arm64_files() {\n}\n");
	same("do_arm() {\n}\n");
	same("python my_arm () {\n}\n");
}

Test(convert, packages) {
	expect("FILES_${PN} += \"/x\"\n", "FILES:${PN} += \"/x\"\n");
	expect("RDEPENDS_${PN}-dev = \"\"\n", "RDEPENDS:${PN}-dev = \"\"\n");
	expect("RDEPENDS_${PN}_append_mymachine = \" x\"\n", "RDEPENDS:${PN}:append:mymachine = \" x\"\n");
	expect("RDEPENDS_${PN}_mymachine = \" x\"\n", "RDEPENDS:${PN}:mymachine = \" x\"\n");
	expect("FILES_libfoo = \"/x\"\n", "FILES:libfoo = \"/x\"\n");
	expect("SYSTEMD_SERVICE_${PN} = \"x\"\n", "SYSTEMD_SERVICE:${PN} = \"x\"\n");
	expect("IMAGE_CMD_ext4 () {\n}\n", "IMAGE_CMD:ext4 () {\n}\n");
	same("LICENSE_FLAGS = \"x\"\n");
	same("FILES_SOLIBSDEV = \"x\"\n");
	same("ALTERNATIVE_LINK_NAME[x] = \"y\"\n");
	same("PKG_CONFIG_PATH = \"x\"\n");
}

Test(convert, overrides_that_are_known) {
	expect("KBRANCH_qemuarm = \"x\"\n", "KBRANCH:qemuarm = \"x\"\n");
	expect("A_class-native_mymachine ?= \"x\"\n", "A:class-native:mymachine ?= \"x\"\n");
	expect("PACKAGECONFIG_pn-gdb = \"x\"\n", "PACKAGECONFIG:pn-gdb = \"x\"\n");
	expect("TUNE_FEATURES_tune-cortexa72 = \"x\"\n", "TUNE_FEATURES:tune-cortexa72 = \"x\"\n");
	expect("SRCREV_machine_mymachine = \"x\"\n", "SRCREV_machine:mymachine = \"x\"\n");
	expect("SRCREV_pn-x = \"x\"\n", "SRCREV:pn-x = \"x\"\n");
	expect("A_tune-aarch64_be = \"x\"\n", "A:tune-aarch64_be = \"x\"\n");
	same("A:tune-cortexa72_arm = \"x\"\n");
	same("A_other = \"x\"\n");
	same("SRCREV_machine = \"x\"\n");
	same("SRCREV_FORMAT = \"x\"\n");
}

Test(convert, names_of_layers_and_versions_are_no_overrides) {
	same("BBFILE_PATTERN_mymachine = \"x\"\n");
	same("LAYERSERIES_COMPAT_mymachine = \"x\"\n");
	same("LAYERDEPENDS_mymachine = \"core\"\n");
	same("PREFERRED_VERSION_mymachine = \"1\"\n");
	same("PREFERRED_PROVIDER_virtual/kernel = \"linux\"\n");
	expect("PREFERRED_VERSION_linux_mymachine = \"1\"\n", "PREFERRED_VERSION_linux:mymachine = \"1\"\n");
	expect("LAYERDEPENDS_mymachine_append = \" x\"\n", "LAYERDEPENDS_mymachine:append = \" x\"\n");
}

Test(convert, overrides_are_learnt) {
	expect("MACHINEOVERRIDES =. \"bf:soc2:\"\nA_soc2 = \"x\"\n",
			"MACHINEOVERRIDES =. \"bf:soc2:\"\nA:soc2 = \"x\"\n");
	same("MACHINEOVERRIDES = \"${MACHINE}\"\nCOMPATIBLE_MACHINE = \"x\"\n");
	expect("B_append_seen = \"\"\nC_seen = \"\"\n", "B:append:seen = \"\"\nC:seen = \"\"\n");
}

Test(convert, references) {
	expect("A = \"${FILES_${PN}} ${RDEPENDS_${PN}-x}\"\n", "A = \"${FILES:${PN}} ${RDEPENDS:${PN}-x}\"\n");
	expect("K_mymachine = \"1\"\nA = \"x \\\n ${K_mymachine}\"\n", "K:mymachine = \"1\"\nA = \"x \\\n ${K:mymachine}\"\n");
	expect("do_x[vardeps] += \"FILES_${PN} a_append\"\n", "do_x[vardeps] += \"FILES:${PN} a_append\"\n");
	expect("do_x() {\n\techo ${SUMMARY_${PN}}\n}\n", "do_x() {\n\techo ${SUMMARY:${PN}}\n}\n");
	same("do_x() {\n\techo ${other_arm} $FILES_x\n}\n");
}

Test(convert, strings_of_python) {
	expect("A = \"${@d.getVar('FILES_' + p)}\"\n", "A = \"${@d.getVar('FILES:' + p)}\"\n");
	expect("python x() {\n    d.setVar('RDEPENDS_%s' % p, '')\n}\n",
			"python x() {\n    d.setVar('RDEPENDS:%s' % p, '')\n}\n");
	expect("def f(d):\n    return d.getVar(\"FILES_${PN}\")\n\nB_append = \"\"\n",
			"def f(d):\n    return d.getVar(\"FILES:${PN}\")\n\nB:append = \"\"\n");
	same("def f(d):\n    parser_append = 'to_append'\n    d.getVar('PREFERRED_VERSION_x')\n");
}

Test(convert, comments_that_hold_a_setting) {
	expect("#A_append = \" x\"\n", "#A:append = \" x\"\n");
	expect("# FILES_${PN} = \"x\"\n", "# FILES:${PN} = \"x\"\n");
}

Test(convert, line_ends_stay) {
	expect("A_append = \"x\"\r\nB = \"y\"\r\n", "A:append = \"x\"\r\nB = \"y\"\r\n");
}

Test(convert, hits_name_line_and_both_forms) {
	struct convert_hits hits = { 0 };
	convert_text(c, a, SLICE("A = \"1\"\nB_append = \"2\"\n"), CONVERT_CONF, &hits);
	cr_assert_eq(hits.n, 1u);
	cr_expect_eq(hits.v[0].line, 2);
	cr_expect(slice_is(hits.v[0].old, "B_append") && slice_is(hits.v[0].new, "B:append"));
}

Test(convert, a_conf_file_has_no_functions) {
	const char *text = "do_install_append() {\n";
	cr_expect_str_eq(convert_text(c, a, slice_of(text), CONVERT_CONF, NULL).p, text);
	cr_expect_eq(convert_kind_of(SLICE("a.bbappend")), CONVERT_RECIPE);
	cr_expect_eq(convert_kind_of(SLICE("x/conf/local.conf.sample")), CONVERT_CONF);
	cr_expect_eq(convert_kind_of(SLICE("recipes/sshd/files/sshd.conf")), CONVERT_NONE);
	cr_expect_eq(convert_kind_of(SLICE("README_append.md")), CONVERT_NONE);
}
