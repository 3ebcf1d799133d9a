/* fetch: what classes and expressions are told about SRC_URI. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "data.h"
#include "fetch.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static struct data *d;
static char top[] = "/tmp/test-fetch-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void set(const char *name, const char *value) { data_set(d, atom_of(name), slice_of(value)); }

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	set("DL_DIR", in("dl"));
	set("SRC_URI", "https://up.example/x.txt");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(fetch, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

Test(fetch, local_files) {
	put("layer/two/a", "");
	set("FILESPATH", arena_printf(a, "%s:%s", in("layer/one"), in("layer/two")).p);
	set("SRC_URI", "file://a https://up.example/x.txt");
	struct slices words = { 0 };
	fetch_checksum_files(d, &words);
	cr_assert_eq(words.n, 2u);
	cr_assert(slice_is(words.v[0], arena_printf(a, "%s/layer/one/a:False", top).p));
	cr_assert(slice_is(words.v[1], arena_printf(a, "%s/layer/two/a:True", top).p));
	words.n = 0;
	set("SRC_URI", "npm://registry.example/x");
	fetch_checksum_files(d, &words);
	cr_assert_eq(words.n, 0u, "what bake does not fetch is no fault of who only parses");
}

static const char *call(const char *name) {
	struct call c = { .name = atom_of(name), .arena = a, .data = d };
	struct trap trap;
	fetch_init();
	if (!TRAP(&trap))
		return arena_printf(a, "!" SFMT, SARG(trap.error.message)).p;
	struct value v = library_find(c.name)(&c);
	trap_end(&trap);
	return value_str(a, v).p;
}

Test(fetch, revisions) {
	set("SRCREV", "a9993e364706816aba3e25717850c26c9cd0d89d");
	set("SRCREV_ab", "b9993e364706816aba3e25717850c26c9cd0d89d");
	cr_assert_str_eq(call("bb.fetch.get_hashvalue"), "");
	cr_assert_str_eq(call("bb.fetch.get_pkgv_string"), "");
	cr_assert_eq(call("bb.fetch2.get_srcrev")[0], '!');
	set("SRC_URI", "git://h/x");
	cr_assert_str_eq(call("bb.fetch2.get_srcrev"), "AUTOINC+a9993e3647");
	cr_assert_str_eq(call("bb.fetch.get_hashvalue"), "a9993e364706816aba3e25717850c26c9cd0d89d");
	set("SRC_URI", "git://h/x;name=a git://h/y;name=ab");
	cr_assert_eq(call("bb.fetch2.get_srcrev")[0], '!');
	set("SRCREV_FORMAT", "ab_a");
	cr_assert_str_eq(call("bb.fetch2.get_srcrev"), "AUTOINC+b9993e3647_a9993e3647");
	cr_assert_str_eq(call("bb.fetch2.get_autorev"), "AUTOINC");
}
