/* source: SRC_URI entries, their sums, commits, places and patches. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "map.h"
#include "os.h"
#include "source.h"
#include "unpack.h"

static struct arena *a;
static struct data *d;
static char top[] = "/tmp/test-source-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void set(const char *name, const char *value) { data_set(d, atom_of(name), slice_of(value)); }
static void flag(const char *name, const char *f, const char *value) {
	data_set_flag(d, atom_of(name), atom_of(f), slice_of(value));
}

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	set("DL_DIR", "/dl");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(source, .init = set_up, .fini = tear_down);

static struct sources list(const char *uris) {
	set("SRC_URI", uris);
	return source_list(d);
}

static void problem(const char *uri, const char *part) {
	const char *why = source_read(d, slice_of(uri)).problem;
	cr_assert(part ? why && strstr(why, part) : !why, "%s: %s", uri, why ? why : "none");
}

/* The reason for which SRC_URI is refused. */
static const char *refused(const char *uris) {
	struct trap trap;
	if (TRAP(&trap)) {
		list(uris);
		trap_end(&trap);
		cr_assert_fail("%s is accepted", uris);
	}
	return arena_str(a, trap.error.message);
}

static void refuses(const char *uris, const char *reason) {
	const char *why = refused(uris);
	cr_assert_not_null(strstr(why, reason), "%s: %s", uris, why);
}

#define SUM "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define COMMIT "a9993e364706816aba3e25717850c26c9cd0d89d"

Test(source, sums) {
	flag("SRC_URI", "sha256sum", " " SUM "  " OTHER);
	flag("SRC_URI", "two.sha256sum", OTHER);
	flag("SRC_URI", "two.md5sum", "900150983CD24FB0D6963F7D28E17F72");
	struct sources s = list("https://h/one.tar.gz https://h/two.tar.gz;name=two");
	cr_assert_eq(s.n, 2u);
	cr_assert_eq(s.v[0].sums[HASH_SHA256].n, 2u);
	cr_assert(slice_is(s.v[0].sums[HASH_SHA256].v[0], SUM));
	cr_assert_str_eq(s.v[0].path, "/dl/one.tar.gz");
	cr_assert(slice_is(s.v[1].sums[HASH_SHA256].v[0], OTHER));
	cr_assert(slice_is(s.v[1].sums[HASH_MD5].v[0], "900150983cd24fb0d6963f7d28e17f72"));
	cr_assert_str_eq(source_flag(a, &s.v[1], HASH_SHA256), "two.sha256sum");
	s = list("https://h/x;sha256sum=" SUM);
	cr_assert(slice_is(s.v[0].sums[HASH_SHA256].v[0], SUM));
	flag("SRC_URI", "sha256sum", "123");
	refuses("https://h/one.tar.gz", "SRC_URI[sha256sum]: \"123\" is no sha256");
}

Test(source, names_in_the_download_directory) {
	cr_assert_str_eq(list("https://h/d/x.tgz?raw=1").v[0].path, "/dl/x.tgz");
	cr_assert_str_eq(list("https://h/get?f=1;downloadfilename=y.tgz").v[0].path, "/dl/y.tgz");
	cr_assert_str_eq(list("git://h.org/a/b.git;rev=" COMMIT).v[0].path, "/dl/git2/h.org.a.b.git");
	problem("https://h/", "names no file");
	problem("https://h/x;downloadfilename=../y", "\"../y\" is no name of a file");
}

Test(source, commits) {
	set("SRCREV", COMMIT);
	set("SRCREV_b", OTHER);
	struct sources s = list("git://h/a.git;branch=x git://h/b.git;name=b");
	cr_assert(slice_is(s.v[0].commit, COMMIT));
	cr_assert(slice_is(s.v[1].commit, OTHER));
	problem("git://h/a.git", NULL);
	set("SRCREV", "AUTOINC");
	problem("git://h/a.git", "not a full commit");
	set("SRCREV", "v1.0");
	problem("git://h/a.git", "\"v1.0\" is not a full commit");
	set("SRCREV", "INVALID");
	problem("git://h/a.git", "no commit is given");
}

Test(source, schemes_and_nonsense) {
	problem("npm://registry/x", "bake fetches file, http");
	refuses("file", "no \"://\"");
	refuses("https://h/x;y", "has no \"=\"");
	cr_assert_eq(list("").n, 0u);
}

Test(source, files_of_layers) {
	cr_assert_eq(os_mkdirs(in("two")), 0);
	cr_assert_eq(os_write(in("two/fix.patch"), SLICE(""), 0644, false), 0);
	set("FILESPATH", arena_printf(a, "%s/one:%s/two:%s/three", top, top, top).p);
	struct source s = source_read(d, SLICE("file://fix.patch"));
	cr_assert_str_eq(s.path, in("two/fix.patch"));
	struct slices places = { 0 };
	source_places(d, &s, &places);
	cr_assert_eq(places.n, 2u, "those before it count, those behind it do not");
	cr_assert_null(source_read(d, SLICE("file://missing")).path);
	s = source_read(d, slice_of(arena_printf(a, "file://%s/two/fix.patch", top).p));
	cr_assert_str_eq(s.path, in("two/fix.patch"));
	struct trap trap;
	if (TRAP(&trap)) {
		s = source_read(d, SLICE("file://missing"));
		source_path(d, &s);
		trap_end(&trap);
		cr_assert_fail();
	}
	cr_assert(slice_find(trap.error.message, "/three", NULL), "every place is named");
}

Test(source, patches) {
	static const struct { const char *uri; bool patch; } uris[] = {
		{ "file://a.patch", true }, { "file://a.diff", true }, { "file://a.patch.gz", true },
		{ "file://a.txt", false }, { "file://a.patch;apply=no", false },
		{ "file://a.txt;apply=yes", true }, { "https://h/b.patch", true },
		{ "https://h/b.tar.gz", false },
	};
	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
		struct source s = source_read(d, slice_of(uris[i].uri));
		cr_assert_eq(source_is_patch(&s), uris[i].patch, "%s", uris[i].uri);
	}
}
