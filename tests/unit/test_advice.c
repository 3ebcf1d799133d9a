/* What a wrong line may have meant. */
#include <criterion/criterion.h>

#include "advice.h"
#include "util.h"

static struct arena *a;

static void setup(void) {
	a = arena_new();
}

static void teardown(void) {
	arena_free(a);
}

TestSuite(advice, .init = setup, .fini = teardown);

static void line(const char *text, const char *advice) {
	cr_expect_str_eq(advice_line(a, slice_of(text), false).p, advice);
}

static void name(const char *text, const char *flag, const char *advice) {
	struct slice got = advice_name(a, slice_of(text), slice_of(flag));
	cr_expect_str_eq(got.p ? got.p : "", advice, "%s: %s", text, got.p ? got.p : "");
}

Test(advice, operators) {
	line("A =? \"x\"", "=? is no operator: did you mean ?=?");
	line("A =: \"x\"", "=: is no operator: did you mean :=?");
	line("A == \"x\"", "== is no operator: did you mean =?");
	line("A ?+= \"x\"", "?+= is no operator: did you mean ?= or +=?");
	line("A = x", "the value belongs in quotes: NAME = \"value\"");
}

Test(advice, directives) {
	line("inhert autotools", "inhert is no directive: did you mean inherit?");
	line("requrie x.inc", "requrie is no directive: did you mean require?");
	line("EXPORT_FUNCTION do_x", "EXPORT_FUNCTION is no directive: did you mean EXPORT_FUNCTIONS?");
	line("pyhton do_x() {", "pyhton is no directive: did you mean python?");
	line("this is nothing", "expected NAME = \"value\", a directive with its argument, or a function");
}

Test(advice, operations_misspelt) {
	name("A:appned", NULL, "A:appned: appned is an override here: did you mean append?");
	name("A:class-native:remve", NULL, "A:class-native:remve: remve is an override here: did you mean remove?");
	name("A:append:arm", NULL, "");
	name("A:prepend", NULL, "");
	name("A:remote", NULL, "");
	name("A:aarch64:pn-append", NULL, "");
	name("RDEPENDS:apache2", NULL, "");
}

Test(advice, flags_misspelt) {
	name("do_compile", "depnds", "do_compile[depnds]: unknown flag: did you mean depends?");
	name("do_compile", "vardepexclude", "do_compile[vardepexclude]: unknown flag: did you mean vardepsexclude?");
	name("do_compile", "depends", "");
	name("do_compile", "mine", "");
	name("A", "depnds", "");
	name("SRC_URI", "sha265sum", "SRC_URI[sha265sum]: unknown flag: did you mean sha256sum?");
	name("SRC_URI", "x.sha256sums", "SRC_URI[x.sha256sums]: unknown flag: did you mean sha256sum?");
	name("SRC_URI", "x.sha256sum", "");
}

/* What BitBake's fetchers and the layers of OpenEmbedded use: none of it may be warned of. */
Test(advice, parameters_that_are_in_use_are_known) {
	static const char *const known[] = { "name", "unpack", "subdir", "striplevel", "downloadfilename",
		"sha256sum", "md5sum", "version", "tag", "mod", "branch", "protocol", "destsuffix", "nobranch",
		"patchdir", "rev", "subpath", "lfs", "apply", "module", "extract", "patch", "outsuffix",
		"nocheckout", "dist", "type", "user", "key", "package", "pnum", "minrev", "dev", "spdx" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		cr_assert_null(advice_parameter(slice_of(known[i])).p, "%s", known[i]);
	cr_assert_null(advice_parameter(SLICE("x-vendor")).p, "like none");
}

Test(advice, a_parameter_misspelt_is_recognised) {
	static const char *const wrong[][2] = { { "unpak", "unpack" }, { "sha256", "sha256sum" },
		{ "brnach", "branch" }, { "stripelevel", "striplevel" }, { "sub-dir", "subdir" },
		{ "downloadfilname", "downloadfilename" }, { "ref", "rev" }, { "strip", "striplevel" } };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_assert(slice_is(advice_parameter(slice_of(wrong[i][0])), wrong[i][1]), "%s", wrong[i][0]);
}
