/* leak: what counts as a secret, and where in outputs it is found. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "leak.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static char dir[] = "/tmp/test-leak-XXXXXX";
static struct leak found[LEAKS];

static struct leak_secret list[] = {
	{ "a path", "another", { "/srv/build/tmp", 14 } },
	{ "a host", "none", { "vm-0815", 7 } },
};
static const struct leak_secrets secrets = { list, 2 };

static void set_up(void) {
	a = arena_new();
	cr_assert(mkdtemp(dir));
}
static void tear_down(void) {
	os_remove(dir);
	arena_free(a);
}
TestSuite(leak, .init = set_up, .fini = tear_down);

static void put(const char *name, struct slice text) {
	const char *path = arena_printf(a, "%s/%s", dir, name).p;
	cr_assert_eq(os_mkparents(path), 0);
	cr_assert_eq(os_write(path, text, 0644, false), 0);
}

static long find(void) {
	return leak_find(a, dir, &secrets, found);
}

Test(leak, in_bytes_links_and_names) {
	put("bin/x", SLICE("\177ELF\0-I/srv/build/tmp/include\0"));
	put("lib/vm-0815.conf", SLICE("text"));
	cr_assert_eq(symlink("/srv/build/tmp", arena_printf(a, "%s/z", dir).p), 0);
	cr_assert_eq(find(), 3);
	cr_assert_str_eq(found[0].path, "bin/x");
	cr_assert_eq(found[0].secret, &list[0]);
	cr_assert_str_eq(found[1].path, "lib/vm-0815.conf");
	cr_assert_eq(found[1].secret, &list[1]);
	cr_assert_str_eq(found[2].path, "z");
}

Test(leak, at_the_end_of_a_file) {
	put("x", SLICE("dir=/srv/build/tmp"));
	cr_assert_eq(find(), 1);
}

Test(leak, longer_words_are_others) {
	put("x", SLICE("/srv/build/tmpfs /srv/build/tmp-2 /srv/build/tmp.old myvm-0815 vm-08151 "));
	put("empty", SLICE(""));
	cr_assert_eq(find(), 0);
}

Test(leak, behind_a_longer_word) {
	put("x", SLICE("/srv/build/tmpfs /srv/build/tmp/x"));
	cr_assert_eq(find(), 1);
}

Test(leak, counts_more_than_it_shows) {
	for (int i = 0; i < LEAKS + 2; i++)
		put(arena_printf(a, "%d", i).p, SLICE("vm-0815"));
	cr_assert_eq(find(), LEAKS + 2);
}

Test(leak, no_directory_no_leak) {
	cr_assert_eq(leak_find(a, "/no/such/dir", &secrets, found), 0);
}

Test(leak, what_is_odd_enough_to_be_looked_for) {
	cr_assert(leak_tells_path(SLICE("/work/main")));
	cr_assert_not(leak_tells_path(SLICE("/bake")), "short");
	cr_assert_not(leak_tells_path(SLICE("/workshop")), "one directory may be anybody's");
	cr_assert_not(leak_tells_path(SLICE("vm-0815/x/yz")));
	cr_assert(leak_tells_host(SLICE("build-07")));
	cr_assert(leak_tells_host(SLICE("3f2a9c81d0e4")));
	cr_assert_not(leak_tells_host(SLICE("vm1")), "short");
	cr_assert_not(leak_tells_host(SLICE("localhost")), "letters alone may be any word");
	cr_assert_not(leak_tells_host(SLICE("20241123")), "digits alone may be a date");
}
