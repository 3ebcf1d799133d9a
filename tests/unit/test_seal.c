/* seal: sums of a directory, their signature, and what differs between two lists. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os.h"
#include "seal.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-seal-XXXXXX";
static char said[4000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level;
	strncat(said, text, sizeof said - strlen(said) - 1);
	strncat(said, "\n", sizeof said - strlen(said) - 1);
}
static void file(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}
static struct slice sums(void) {
	struct slice text;
	cr_assert_eq(seal_sums(a, in("d"), &text), 0);
	return text;
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	message_sink(hear, NULL);
	file("d/b", "");
	file("d/a/x", "hello\n");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(seal, .init = set_up, .fini = tear_down);

Test(seal, lines_are_those_of_sha256sum) {
	cr_expect(slice_is(sums(),
		"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  a/x\n"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"), SFMT, SARG(sums()));
}

Test(seal, its_own_files_are_not_in_it) {
	struct slice before = sums();
	cr_assert_eq(seal_write(a, in("d")), 0);
	cr_expect(slice_eq(before, sums()));
}

Test(seal, no_directory) {
	struct slice text;
	cr_expect_eq(seal_sums(a, in("none"), &text), -1);
	cr_expect_not_null(strstr(said, "/none: "));
}

Test(seal, what_differs_is_named) {
	struct slice before = sums();
	cr_expect_eq(seal_compare(before, before), 0);
	file("d/a/x", "other");
	file("d/c", "");
	cr_assert_eq(os_remove(in("d/b")), 0);
	cr_expect_eq(seal_compare(before, sums()), 3);
	cr_expect_not_null(strstr(said, "a/x: not what SHA256SUMS says"));
	cr_expect_not_null(strstr(said, "b: missing"));
	cr_expect_not_null(strstr(said, "c: not in SHA256SUMS"));
}

Test(seal, broken_lists_are_different) {
	cr_expect_eq(seal_compare(SLICE("short\n"), SLICE("")), 0);      /* no line of it is one */
	cr_expect_eq(seal_compare(sums(), SLICE("")), 2);
}

/* A link leads to what nobody signed. */
Test(seal, links_are_sealed) {
	struct slice text;
	cr_assert_eq(symlink("a/x", in("d/l")), 0);
	cr_assert_eq(seal_write(a, in("d")), 0);
	cr_assert_eq(os_read(a, in("d/SHA256SUMS"), &text), 0);
	cr_expect_eq(seal_holds(a, in("d"), text), 0);
	cr_assert_eq(symlink("/etc/passwd", in("d/a/new")), 0);
	cr_expect_eq(seal_holds(a, in("d"), text), -1);
	cr_expect_not_null(strstr(said, "a/new: not in SHA256SUMS"));
	cr_assert_eq(os_remove(in("d/a/new")), 0);
	cr_assert_eq(os_remove(in("d/l")), 0);
	cr_assert_eq(symlink("/etc/passwd", in("d/l")), 0);
	cr_expect_eq(seal_holds(a, in("d"), text), -1);
	cr_expect_not_null(strstr(said, "release: l: not what SHA256SUMS says"));
	cr_assert_eq(os_remove(in("d/l")), 0);
	cr_assert_eq(seal_write(a, in("d")), 0);
	cr_expect_not(os_exists(in("d/SHA256SUMS.links")), "none is left");
}

/* "a\nHEX  b" would pass for two files. */
Test(seal, what_no_list_can_hold) {
	struct slice text;
	file("d/a\nb", "");
	cr_expect_eq(seal_sums(a, in("d"), &text), -1);
	cr_expect_not_null(strstr(said, "a line ends in its name"));
	cr_assert_eq(os_remove(in("d/a\nb")), 0);
	cr_assert_eq(mkfifo(in("d/p"), 0600), 0);
	cr_expect_eq(seal_sums(a, in("d"), &text), -1);
	cr_expect_not_null(strstr(said, "d/p: cannot be listed in SHA256SUMS: it is a device, a pipe or a socket"));
}

Test(seal, signed_and_checked) {
	struct slices keys = { 0 };
	struct slice text;
	cr_assert_eq(system(arena_printf(a, "openssl genpkey -algorithm ed25519 -out %s 2>/dev/null", in("k")).p), 0);
	slices_add(a, &keys, slice_of(in("k")));
	cr_assert_eq(seal_write(a, in("d")), 0);
	cr_assert_eq(os_read(a, in("d/SHA256SUMS"), &text), 0);
	cr_expect_eq(seal_check(a, in("d"), text, &keys), -1);           /* not signed yet */
	cr_expect_not_null(strstr(said, "SHA256SUMS.sig: "));
	cr_assert_eq(seal_sign(a, in("d"), in("k")), 0);
	cr_expect_eq(seal_check(a, in("d"), text, &keys), 0);
	cr_expect_eq(seal_check(a, in("d"), SLICE("other"), &keys), -1);
}
