/* shadow: which files of a directory of headers or libraries are shown. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "os.h"
#include "shadow.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-shadow-XXXXXX";
static const char *dir;
static struct shadow s;

static void put(const char *name) {
	const char *path = arena_printf(a, "%s/%s", dir, name).p;
	cr_assert_eq(os_mkparents(path), 0);
	cr_assert_eq(os_write(path, SLICE("GROUP ( libc.so.6 )"), 0644, false), 0);
}

static void set_up(void) {
	static const char *const names[] = { "libc.so", "libc.so.6", "libz.so.1", "libz.a", "crt1.o",
		"pkgconfig/z.pc", "perl/x", "libgcc_s.so.1", "stdio.h", "zlib.h", "linux/types.h",
		"openssl/ssl.h", "x86_64-linux-gnu/bits/types.h", "x86_64-linux-gnu/gmp.h" };
	a = arena_new();
	cr_assert(mkdtemp(top));
	dir = arena_printf(a, "%s/dir", top).p;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put(names[i]);
	s = (struct shadow){ .arena = a, .keep = arena_printf(a, "%s/keep", top).p, .whole = "" };
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(shadow, .init = set_up, .fini = tear_down);

static void expect(enum shadow_kind kind, const char *names) {
	struct slices list = { 0 };
	const char *shadow = shadow_make(&s, dir, kind);
	cr_assert_not_null(shadow);
	cr_assert_eq(os_list(a, shadow, &list), 0);
	struct slice text = slices_join(a, &list, " ");
	cr_assert(slice_is(text, names), SFMT, SARG(text));
}

Test(shadow, runtime_is_what_programs_load) {
	expect(SHADOW_RUNTIME, "libc.so.6 libgcc_s.so.1 libz.so.1 linux openssl perl x86_64-linux-gnu");
}

Test(shadow, foreign_is_the_compilers) {
	os_remove(arena_printf(a, "%s/perl", dir).p);
	expect(SHADOW_FOREIGN, "libgcc_s.so.1 linux openssl x86_64-linux-gnu");
}

Test(shadow, linking_is_with_libc) {
	expect(SHADOW_LINKING, "crt1.o libc.so libc.so.6 libgcc_s.so.1 libz.so.1 linux openssl perl "
		"x86_64-linux-gnu");
}

Test(shadow, headers_are_of_libc_and_the_kernel) {
	struct slices deeper = { 0 };
	expect(SHADOW_HEADERS, "linux stdio.h x86_64-linux-gnu");
	const char *shadow = shadow_make(&s, dir, SHADOW_HEADERS);
	cr_assert_eq(os_list(a, arena_printf(a, "%s/x86_64-linux-gnu", shadow).p, &deeper), 0);
	cr_assert(deeper.n == 1 && slice_is(deeper.v[0], "bits"));
}

Test(shadow, what_is_named_is_shown_too) {
	slices_words(a, &s.named, SLICE("zlib.h openssl libz.a"));
	expect(SHADOW_HEADERS, "libz.a linux openssl stdio.h x86_64-linux-gnu zlib.h");
	cr_assert(os_exists(arena_printf(a, "%s/libz.a", shadow_make(&s, dir, SHADOW_LINKING)).p));
	cr_assert_not(os_exists(arena_printf(a, "%s/libz.a", shadow_make(&s, dir, SHADOW_RUNTIME)).p));
}

Test(shadow, a_linker_script_is_copied) {
	const char *shadow = shadow_make(&s, dir, SHADOW_LINKING);
	char text[8];
	cr_assert_eq(readlink(arena_printf(a, "%s/libc.so", shadow).p, text, sizeof text), -1);
	cr_assert_neq(readlink(arena_printf(a, "%s/libc.so.6", shadow).p, text, sizeof text), -1,
		"others are links");
}

Test(shadow, a_directory_that_is_not_there_is_an_error) {
	cr_assert_null(shadow_make(&s, "/no/such/dir", SHADOW_RUNTIME));
}

Test(shadow, of_modules_those_that_are_named) {
	put("six.py");
	put("sixty.py");
	put("mesonbuild/x.py");
	expect(SHADOW_MODULES, "");
	slices_words(a, &s.named, SLICE("six mesonbuild"));
	expect(SHADOW_MODULES, "mesonbuild six.py");
}
