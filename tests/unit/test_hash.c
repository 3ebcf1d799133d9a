/* hash: known digests, files, line ranges. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "os.h"
#include "util.h"

static char file[] = "/tmp/test-hash-XXXXXX";

static void set_up(void) { close(mkstemp(file)); }
static void tear_down(void) { unlink(file); }
TestSuite(hash, .init = set_up, .fini = tear_down);

static void put(struct slice text) { cr_assert_eq(os_write(file, text, 0644, false), 0); }

#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

Test(hash, known_digests) {
	char hex[HASH_HEX];
	hash_text(HASH_SHA256, SLICE("abc"), hex);
	cr_assert_str_eq(hex, SHA256_ABC);
	hash_text(HASH_SHA256, SLICE(""), hex);
	cr_assert_str_eq(hex, SHA256_EMPTY);
	hash_text(HASH_MD5, SLICE("abc"), hex);
	cr_assert_str_eq(hex, "900150983cd24fb0d6963f7d28e17f72");
	hash_text(HASH_SHA1, SLICE("abc"), hex);
	cr_assert_str_eq(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
	hash_text(HASH_SHA512, SLICE("abc"), hex);
	cr_assert_eq(strlen(hex), 128u);
	hash_text(HASH_SHA384, SLICE("abc"), hex);
	cr_assert_eq(strlen(hex), 96u);
}

Test(hash, pieces_give_what_the_whole_gives) {
	char hex[HASH_HEX];
	struct hash *h = hash_new(HASH_SHA256);
	hash_add(h, "a", 1);
	hash_add_text(h, SLICE("bc"));
	hash_end(h, hex);
	cr_assert_str_eq(hex, SHA256_ABC);
	hash_end(h, hex);
	cr_assert_str_eq(hex, SHA256_EMPTY, "a context begins anew after hash_end");
	hash_free(h);
	hash_free(NULL);
}

Test(hash, two_digests_at_once_do_not_mix) {
	char hex[HASH_HEX];
	struct hash *h = hash_new(HASH_SHA256);
	hash_add(h, "ab", 2);
	hash_text(HASH_SHA256, SLICE("other"), hex);
	hash_add(h, "c", 1);
	hash_end(h, hex);
	cr_assert_str_eq(hex, SHA256_ABC);
	hash_free(h);
}

Test(hash, files) {
	char hex[HASH_HEX];
	put(SLICE("abc"));
	cr_assert_eq(hash_file(HASH_SHA256, file, hex), 0);
	cr_assert_str_eq(hex, SHA256_ABC);
	cr_assert_eq(hash_file(HASH_SHA256, "/nowhere/at/all", hex), -1);
	cr_assert_eq(hash_file(HASH_SHA256, "/", hex), -1);
	hash_text(HASH_SHA256, SLICE("abc"), hex);
	cr_assert_str_eq(hex, SHA256_ABC, "a failure leaves nothing behind");
}

static void lines_are(unsigned first, unsigned last, struct slice expected) {
	char hex[HASH_HEX], want[HASH_HEX];
	cr_assert_eq(hash_lines(HASH_MD5, file, first, last, hex), 0);
	hash_text(HASH_MD5, expected, want);
	cr_assert_str_eq(hex, want, "%u-%u", first, last);
}

Test(hash, line_ranges) {
	put(SLICE("one\ntwo\nthree\nfour"));
	lines_are(1, 1, SLICE("one\n"));
	lines_are(2, 3, SLICE("two\nthree\n"));
	lines_are(4, 4, SLICE("four"));
	lines_are(3, 99, SLICE("three\nfour"));
	lines_are(1, 0, SLICE("one\ntwo\nthree\nfour"));
	lines_are(7, 9, SLICE(""));
}

Test(hash, line_ranges_over_pieces) {
	struct buf text = { 0 };
	for (int i = 1; i <= 100000; i++)
		buf_addf(&text, "line %d\n", i);
	put(buf_slice(&text));
	lines_are(99999, 99999, SLICE("line 99999\n"));
	buf_free(&text);
}

Test(hash, names_and_forms) {
	cr_assert_str_eq(hash_name(HASH_MD5), "md5");
	cr_assert(hash_is_hex(HASH_SHA256, SLICE(SHA256_ABC)));
	cr_assert_not(hash_is_hex(HASH_SHA256, SLICE("abc")));
	cr_assert_not(hash_is_hex(HASH_MD5, SLICE("900150983cd24fb0d6963f7d28e17f7g")));
}
