/* notice: entries of LIC_FILES_CHKSUM, and the lines they name. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "notice.h"
#include "os.h"
#include "util.h"

static struct notice parsed(const char *entry) {
	struct notice n;
	cr_assert(notice_parse(slice_of(entry), &n), "%s", entry);
	return n;
}

static void lines(const char *entry, const char *text, const char *expected) {
	struct notice n = parsed(entry);
	struct slice found = notice_lines(&n, slice_of(text));
	cr_expect(slice_is(found, expected), "%s: '" SFMT "' is not '%s'", entry, SARG(found), expected);
}

Test(notice, parameters) {
	struct notice n = parsed("file://doc/COPYING;endline=12;odd;md5=abc;beginline=3");
	cr_expect(slice_is(n.path, "doc/COPYING"));
	cr_expect(slice_is(n.md5, "abc"));
	cr_expect_eq(n.first, 3u);
	cr_expect_eq(n.last, 12u);
}

Test(notice, parameters_that_are_not_there) {
	struct notice n = parsed("file://COPYING");
	cr_expect(slice_is(n.path, "COPYING"));
	cr_expect_null(n.md5.p);
	cr_expect_eq(n.first + n.last, 0u);
	cr_expect_eq(parsed("file://;md5=x").path.n, 0u);
}

Test(notice, what_is_none) {
	struct notice n;
	cr_expect_not(notice_parse(SLICE("https://example.org/COPYING;md5=x"), &n));
	cr_expect_not(notice_parse(SLICE("file:/"), &n));
	cr_expect_not(notice_parse(SLICE(""), &n));
}

Test(notice, numbers_that_are_none_or_too_large) {
	struct notice n = parsed("file://a;beginline=x;endline=99999999999999999999");
	cr_expect_eq(n.first, 0u);
	cr_expect_eq(n.last, UINT32_MAX);
}

Test(notice, its_lines) {
	lines("file://a", "1\n2\n3\n", "1\n2\n3\n");
	lines("file://a;beginline=2", "1\n2\n3\n", "2\n3\n");
	lines("file://a;endline=2", "1\n2\n3\n", "1\n2\n");
	lines("file://a;beginline=2;endline=2", "1\n2\n3\n", "2\n");
	lines("file://a;beginline=3;endline=9", "1\n2\n3", "3");
	lines("file://a;beginline=4", "1\n2\n3\n", "");
	lines("file://a;beginline=3;endline=2", "1\n2\n3\n", "");
	lines("file://a;beginline=1", "", "");
	lines("file://a;endline=4294967295", "1\n2\n", "1\n2\n");
}

/* What is shown is what was hashed: by the same numbers, the same lines. */
Test(notice, the_digest_is_of_its_lines) {
	static const char *const entries[] = { "file://a", "file://a;beginline=2",
		"file://a;beginline=2;endline=2", "file://a;endline=3", "file://a;beginline=9" };
	char file[] = "/tmp/test-notice-XXXXXX", found[HASH_HEX], expected[HASH_HEX];
	const char *text = "one\n\nthree\nfour";
	int fd = mkstemp(file);
	cr_assert_geq(fd, 0);
	cr_assert_eq(os_write_all(fd, slice_of(text)), 0);
	close(fd);
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		struct notice n = parsed(entries[i]);
		cr_assert_eq(notice_digest(&n, file, found), 0);
		hash_text(HASH_MD5, notice_lines(&n, slice_of(text)), expected);
		cr_expect_str_eq(found, expected, "%s", entries[i]);
	}
	unlink(file);
	struct notice n = parsed("file://a");
	cr_expect_eq(notice_digest(&n, file, found), -1);
}
