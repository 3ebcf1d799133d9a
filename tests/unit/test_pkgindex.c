/* pkgindex: tables made of the text of indices, and lookups in them. */
#include <criterion/criterion.h>

#include "pkgindex.h"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(pkgindex, .init = set_up, .fini = tear_down);

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static void gives(struct slice table, const char *hash, const char *path) {
	struct slice got = pkgindex_find(table, slice_of(hash));
	cr_assert(path ? slice_is(got, path) : !got.p, "%.4s: " SFMT, hash, SARG(got));
}

Test(pkgindex, sources) {
	struct slice table = pkgindex_table(a, SLICE(
		"Package: x\nFiles:\n 0123 10 x.dsc\nChecksums-Sha1:\n " A " 1 no\nChecksums-Sha256:\n"
		" " C " 10 x_1.dsc\n " A " 20 x_1.orig.tar.xz\nDirectory: pool/main/x\nPriority: optional\n\n"
		"Package: y\nDirectory: pool/main/y\nChecksums-Sha256:\n " B " 30 y_2.orig.tar.gz\n"));
	gives(table, A, "pool/main/x/x_1.orig.tar.xz");
	gives(table, B, "pool/main/y/y_2.orig.tar.gz");
	gives(table, C, "pool/main/x/x_1.dsc");
	gives(table, D, NULL);
	gives(table, "0000000000000000000000000000000000000000000000000000000000000000", NULL);
	gives(table, "aaaa", NULL);
}

Test(pkgindex, packages) {
	struct slice table = pkgindex_table(a, SLICE(
		"Package: x\nFilename: pool/main/x/x_1_all.deb\nSize: 3\nMD5sum: 00\nSHA256: " B "\n\n\n"
		"Package: y\nDescription: text\n Filename: no\nSHA256: " A "\nFilename: pool/main/y/y_1_all.deb\n"));
	gives(table, B, "pool/main/x/x_1_all.deb");
	gives(table, A, "pool/main/y/y_1_all.deb");
	gives(table, C, NULL);
}

Test(pkgindex, nothing_and_nonsense) {
	gives(pkgindex_table(a, SLICE("")), A, NULL);
	gives(pkgindex_table(a, SLICE("no stanza at all\nSHA256: short\nFilename: f\n")), A, NULL);
	gives(SLICE("not a table"), A, NULL);
	gives(SLICE("\n\n\n"), A, NULL);
}

Test(pkgindex, many) {
	struct buf b = { .arena = a };
	for (unsigned i = 0; i < 1000; i++)
		buf_addf(&b, "Directory: d\nChecksums-Sha256:\n %064x 1 f%u\n\n", i * 7919u % 1000u, i * 7919u % 1000u);
	struct slice table = pkgindex_table(a, buf_slice(&b));
	for (unsigned i = 0; i < 1000; i++)
		gives(table, arena_printf(a, "%064x", i).p, arena_printf(a, "d/f%u", i).p);
}
