/* outage: stamps are forgotten when the mark is another boot's, and only then. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "os.h"
#include "outage.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-outage-XXXXXX";

static const char *at(const char *name) {
	return arena_printf(a, "%s/%s", top, name).p;
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(os_mkdirs(at("stamps/x")), 0);
	cr_assert_eq(os_write(at("stamps/x/1.0.do_y.abc"), SLICE(""), 0644, false), 0);
	cr_assert_eq(os_write(at("stamps/x/manifest.x.do_y"), SLICE("/file\n"), 0644, false), 0);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(outage, .init = set_up, .fini = tear_down);

Test(outage, no_mark_no_outage) {
	cr_assert_eq(outage_recover(top), 0);
	cr_assert(os_exists(at("stamps/x/1.0.do_y.abc")));
}

Test(outage, an_engine_killed_under_this_boot_left_all_it_wrote) {
	cr_assert_eq(outage_begin(top), 0);
	cr_assert_eq(outage_recover(top), 0);
	cr_assert(os_exists(at("stamps/x/1.0.do_y.abc")));
	cr_assert(os_exists(at("unsynced")));
}

Test(outage, another_boot_takes_the_stamps_but_not_the_manifests) {
	os_write(at("unsynced"), SLICE("another boot"), 0644, false);
	cr_assert_eq(outage_recover(top), 0);
	cr_assert_not(os_exists(at("stamps/x/1.0.do_y.abc")));
	cr_assert(os_exists(at("stamps/x/manifest.x.do_y")));
	cr_assert_not(os_exists(at("unsynced")));
}

Test(outage, a_mark_cut_short_is_another_boots) {
	os_write(at("unsynced"), SLICE(""), 0644, false);
	cr_assert_eq(outage_recover(top), 0);
	cr_assert_not(os_exists(at("stamps/x/1.0.do_y.abc")));
}

Test(outage, the_mark_of_an_earlier_killed_build_stays_until_all_is_synced) {
	cr_assert_eq(outage_begin(top), 0);
	cr_assert_eq(outage_begin(top), 0);
	cr_assert(os_exists(at("unsynced")));
	outage_end(top);
	cr_assert_not(os_exists(at("unsynced")));
}
