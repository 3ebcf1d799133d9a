#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "records.h"

TestSuite(provider, .init = records_begin, .fini = records_end);

static const char *run(const char *name) {
	const struct provider_choice *c = provider_run(indexed(), slice_of(name));
	return c->n ? arena_str(arena, c->v[0]->id) : NULL;
}

static const char *why(const char *name) {
	const struct provider_choice *c = provider_build(indexed(), slice_of(name));
	cr_assert_eq(c->n, 0);
	return c->why ? c->why : "";
}

Test(provider, assumed) {
	set("ASSUME_PROVIDED", "bzip2-native ^virtual/.*-gcc$");
	cr_assert(provider_build(indexed(), SLICE("bzip2-native"))->assumed);
	cr_assert(provider_build(indexed(), SLICE("virtual/arm-gcc"))->assumed);
	cr_assert_not(provider_build(indexed(), SLICE("virtual/arm-g++"))->assumed);
}

Test(provider, near_names) {
	record("foobar_1");
	record("zlib_1");
	cr_assert_str_eq(why("foobat"), "did you mean foobar?");
	cr_assert_str_eq(why("something-else"), "");
}

Test(provider, skipped_says_why) {
	record("x_1")->skipped = SLICE("not for this machine");
	cr_assert_str_eq(why("x"), "x provides it but is skipped: not for this machine");
}

Test(provider, package_is_not_a_recipe) {
	record("zlib_1")->packages = words("libz");
	cr_assert_str_eq(why("libz"), "it is a package of zlib");
}

Test(provider, run_time_names) {
	struct recipe *z = record("z_1");
	z->packages = words("libz libz-dev");
	z->package->rprovides = words("vz");
	cr_assert_str_eq(run("libz-dev"), "/r/z_1.bb");
	cr_assert_str_eq(run("vz"), "/r/z_1.bb");
	cr_assert_null(run("z"));
}

Test(provider, dynamic_packages_are_the_last_resort) {
	record("perl_1")->packages_dynamic = words("^perl-module-.*(?<!native)$");
	record("c++_1")->packages_dynamic = words("^libstdc++-.*");
	cr_assert_str_eq(run("perl-module-x"), "/r/perl_1.bb");
	cr_assert_null(run("perl-module-x-native"));
	cr_assert_str_eq(run("libstdc++-dev"), "/r/c++_1.bb");
}

Test(provider, world) {
	record("a_1");
	record("b_1")->exclude_from_world = true;
	provides(record("c_1"), "virtual/c");
	provides(record("d_1"), "shared");
	provides(record("e_1"), "shared");
	record("f_1")->skipped = SLICE("no");
	struct slices world = { 0 }, universe = { 0 };
	provider_world(indexed(), SLICE_NONE, &world);
	provider_universe(indexed(), SLICE_NONE, &universe);
	cr_assert_str_eq(slices_join(arena, &world, " ").p, "a");
	cr_assert_str_eq(slices_join(arena, &universe, " ").p, "a b c d e");
}

Test(provider, world_of_a_task) {
	task(record("a_1"), "do_deploy", "");
	record("b_1");
	struct slices world = { 0 };
	provider_world(indexed(), SLICE("do_deploy"), &world);
	cr_assert_str_eq(slices_join(arena, &world, " ").p, "a");
}
