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
