/* The choices are those of BitBake's providers.py for the same recipes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "preference.h"
#include "records.h"

TestSuite(preference, .init = records_begin, .fini = records_end);

static const char *build(const char *name) {
	const struct provider_choice *c = provider_build(indexed(), slice_of(name));
	return c->n ? arena_str(arena, c->v[0]->id) : NULL;
}

static const char *run(const char *name) {
	const struct provider_choice *c = provider_run(indexed(), slice_of(name));
	return c->n ? arena_str(arena, c->v[0]->id) : NULL;
}

static const char *why(const char *name) {
	const struct provider_choice *c = provider_build(indexed(), slice_of(name));
	cr_assert_eq(c->n, 0);
	return c->why ? c->why : "";
}

static void order(const char *a, const char *b, int expected) {
	struct recipe x = { .pv = slice_of(a) }, y = { .pv = slice_of(b) };
	int forth = preference_newer(&x, &y), back = preference_newer(&y, &x);
	cr_assert_eq((forth > 0) - (forth < 0), expected, "%s %s", a, b);
	cr_assert_eq((back > 0) - (back < 0), -expected, "%s %s", b, a);
}

Test(preference, version_order) {
	order("1.0", "1.0", 0);
	order("1.0", "1.00", 0);
	order("1.0", "1.0.1", -1);
	order("1.0~rc1", "1.0", -1);
	order("1.0", "1.0+git1", -1);
	order("1.0a", "1.0.1", -1);
	order("9", "10", -1);
	order("9", "010", -1);
	order("1.0", "1.0-rc1", -1);
	order("0.1", "git", -1);
	order("r9", "r10", -1);
	order("99999999999999999999999", "100000000000000000000000", -1);
	order("", "1", -1);
}

Test(preference, newest_version_wins) {
	record("x_9.0");
	record("x_10.0");
	cr_assert_str_eq(build("x"), "/r/x_10.0.bb");
}

Test(preference, epoch_before_version) {
	record("x_2.0");
	record("x_1.0")->pe = SLICE("1");
	cr_assert_str_eq(build("x"), "/r/x_1.0.bb");
}

Test(preference, priority_before_version) {
	record("x_2.0");
	record("x_1.0")->priority = 6;
	cr_assert_str_eq(build("x"), "/r/x_1.0.bb");
}

Test(preference, default_preference_before_version) {
	record("x_2.0")->default_preference = -1;
	record("x_1.0");
	cr_assert_str_eq(build("x"), "/r/x_1.0.bb");
}

Test(preference, preferred_version) {
	record("x_2.0")->priority = 7;
	record("x_1.0.5");
	set("PREFERRED_VERSION_x", "1.0%");
	cr_assert_str_eq(build("x"), "/r/x_1.0.5.bb");
}

Test(preference, preferred_version_by_override_name) {
	record("x_2.0");
	record("x_1.0");
	set("PREFERRED_VERSION:pn-x", "1.0");
	set("PREFERRED_VERSION_x", "2.0");
	cr_assert_str_eq(build("x"), "/r/x_1.0.bb");
}

Test(preference, preferred_version_with_epoch) {
	record("x_1.0");
	struct recipe *r = record("x_1.0");
	r->pe = SLICE("1");
	r->id = SLICE("/other/x_1.0.bb");
	record("x_3.0");
	set("PREFERRED_VERSION_x", "1:1.0");
	cr_assert_str_eq(build("x"), "/other/x_1.0.bb");
}

Test(preference, preferred_version_absent_is_a_warning) {
	record("x_2.0");
	set("PREFERRED_VERSION_x", "3.0");
	cr_assert_str_eq(build("x"), "/r/x_2.0.bb");
	cr_assert_eq(warnings, 1);
	cr_assert(strstr(last_error, "2.0"));
}

Test(preference, required_version_absent_is_none) {
	record("x_2.0");
	set("REQUIRED_VERSION_x", "4.0");
	cr_assert_str_eq(why("x"), "REQUIRED_VERSION_x: 4.0 is not there, these are: 2.0");
}

Test(preference, preferred_provider) {
	provides(record("w_1"), "virtual/k");
	provides(record("x_1"), "virtual/k");
	set("PREFERRED_PROVIDER_virtual/k", "x");
	cr_assert_str_eq(build("virtual/k"), "/r/x_1.bb");
	cr_assert_eq(notes, 0);
}

Test(preference, preferred_providers_list) {
	provides(record("w_1"), "virtual/k");
	provides(record("x_1"), "virtual/k");
	set("PREFERRED_PROVIDERS", "virtual/k:x virtual/l:x");
	cr_assert_str_eq(build("virtual/k"), "/r/x_1.bb");
}

Test(preference, no_preference_takes_the_first_with_a_note) {
	provides(record("x_1"), "virtual/k");
	provides(record("w_1"), "virtual/k");
	cr_assert_str_eq(build("virtual/k"), "/r/w_1.bb");
	cr_assert_eq(notes, 1);
}

Test(preference, own_name_before_others) {
	provides(record("a_1"), "x");
	record("x_1");
	cr_assert_str_eq(build("x"), "/r/x_1.bb");
}

Test(preference, wanted_version_before_others) {
	provides(record("a_1"), "virtual/k");
	provides(record("b_1"), "virtual/k");
	set("PREFERRED_VERSION_b", "1");
	cr_assert_str_eq(build("virtual/k"), "/r/b_1.bb");
}

Test(preference, preferred_rprovider) {
	record("a_1")->packages = words("p");
	record("b_1")->packages = words("p");
	set("PREFERRED_RPROVIDER_p", "b");
	cr_assert_str_eq(run("p"), "/r/b_1.bb");
	cr_assert_eq(notes, 0);
}

Test(preference, preferred_provider_decides_at_run_time_too) {
	struct recipe *a = record("a_1"), *b = record("b_1");
	a->packages = b->packages = words("p");
	provides(a, "virtual/k");
	provides(b, "virtual/k");
	set("PREFERRED_PROVIDER_virtual/k", "b");
	cr_assert_str_eq(run("p"), "/r/b_1.bb");
	cr_assert_eq(notes, 0);
}

Test(preference, conflicting_preferences_at_run_time) {
	struct recipe *a = record("a_1"), *b = record("b_1"), *c = record("c_1");
	a->packages = b->packages = c->packages = words("p");
	provides(a, "virtual/k");
	provides(c, "virtual/l");
	set("PREFERRED_PROVIDER_virtual/k", "b");
	set("PREFERRED_PROVIDER_virtual/l", "c");
	cr_assert_null(run("p"));
}
