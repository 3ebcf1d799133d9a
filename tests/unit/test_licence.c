/* licence: LICENSE in the words of SPDX. */
#include <criterion/criterion.h>

#include "data.h"
#include "licence.h"
#include "map.h"
#include "util.h"

static struct arena *a;
static struct licences *l;

static void set_up(void) {
	a = arena_new();
	struct data *d = data_new(a);
	data_set(d, atom_of("SPDX_LICENSES"), SLICE("MIT GPL-2.0-only GPL-2.0-or-later Apache-2.0 Zlib"));
	data_set_flag(d, atom_of("SPDXLICENSEMAP"), atom_of("GPLv2"), SLICE("GPL-2.0-only"));
	data_set_flag(d, atom_of("SPDXLICENSEMAP"), atom_of("PD"), SLICE("PD"));
	l = licences_new(a, d);
}
static void tear_down(void) { arena_free(a); }
TestSuite(licence, .init = set_up, .fini = tear_down);

static void gives(const char *text, const char *expected) {
	struct slice got = licences_expression(l, slice_of(text));
	cr_expect(slice_is(got, expected), "%s: " SFMT, text, SARG(got));
}

Test(licence, one_name) {
	gives("MIT", "MIT");
	gives("  MIT ", "MIT");
}

Test(licence, operators) {
	gives("MIT & Zlib", "MIT AND Zlib");
	gives("MIT&Zlib|Apache-2.0", "MIT AND Zlib OR Apache-2.0");
	gives("MIT | (Zlib & Apache-2.0)", "MIT OR (Zlib AND Apache-2.0)");
}

Test(licence, a_blank_is_and) {
	gives("MIT Zlib", "MIT AND Zlib");
	gives("(MIT | Zlib) (Apache-2.0)", "(MIT OR Zlib) AND (Apache-2.0)");
}

Test(licence, exceptions_stay) {
	gives("GPL-2.0-only WITH Linux-syscall-note", "GPL-2.0-only WITH Linux-syscall-note");
	cr_expect_eq(licences_foreign(l)->n, 0);
}

Test(licence, old_names_are_mapped) {
	gives("GPLv2 & MIT", "GPL-2.0-only AND MIT");
	gives("Apache-2.0+", "Apache-2.0+");
}

Test(licence, other_names_become_references) {
	gives("PD | Our_Own+1 | PD", "LicenseRef-PD OR LicenseRef-Our-Own-1 OR LicenseRef-PD");
	gives("LicenseRef-Mine", "LicenseRef-Mine");
	const struct slices *names = licences_foreign(l);
	cr_assert_eq(names->n, 2);
	cr_expect(slice_is(names->v[0], "Our_Own+1") && slice_is(names->v[1], "PD"));
}

Test(licence, nothing_said) {
	cr_expect_null(licences_expression(l, SLICE("  ")).p);
	cr_expect_null(licences_expression(l, SLICE_NONE).p);
}

Test(licence, names_once_without_exceptions) {
	struct slices names = { 0 };
	licence_names(a, SLICE("GPL-2.0-only WITH x & (MIT | MIT)"), &names);
	cr_assert_eq(names.n, 2);
	cr_expect(slice_is(names.v[0], "GPL-2.0-only") && slice_is(names.v[1], "MIT"));
}

static bool copyleft(const char *licence, const char *overrides, const char *exclude) {
	struct data *d = data_new(a);
	data_set(d, atom_of("PN"), SLICE("x"));
	data_set(d, atom_of("OVERRIDES"), slice_of(overrides));
	data_set(d, atom_of("LICENSE"), slice_of(licence));
	data_set(d, atom_of("COPYLEFT_RECIPE_TYPES"), SLICE("target"));
	data_set(d, atom_of("COPYLEFT_LICENSE_INCLUDE"), SLICE("GPL* LGPL*"));
	data_set(d, atom_of("COPYLEFT_LICENSE_EXCLUDE"), SLICE("CLOSED"));
	data_set(d, atom_of("COPYLEFT_PN_EXCLUDE"), slice_of(exclude));
	return licence_copyleft(d);
}

Test(licence, whose_source_must_be_offered) {
	cr_expect(copyleft("GPL-2.0-only", "linux:class-target", ""));
	cr_expect(copyleft("MIT | LGPL-2.1-or-later", "", ""));
	cr_expect_not(copyleft("MIT & Zlib", "", ""));
	cr_expect_not(copyleft("GPL-2.0-only & CLOSED", "", ""));
	cr_expect_not(copyleft("GPL-2.0-only", "class-native:linux", ""));
	cr_expect_not(copyleft("GPL-2.0-only", "", "y x"));
}
