/* download: order of places, sums, what is said when nothing helps. All places are files on this disk;
 * servers are the system test's. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "download.h"
#include "git.h"
#include "map.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static struct data *d;
static char top[] = "/tmp/test-download-XXXXXX";
static char said[2000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void set(const char *name, const char *value) { data_set(d, atom_of(name), slice_of(value)); }
static void flag(const char *name, const char *f, const char *value) {
	data_set_flag(d, atom_of(name), atom_of(f), slice_of(value));
}

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level;
	strncpy(said, text, sizeof said - 1);
}

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"   /* of "abc" */
#define URL "https://up.example/src/x.txt"

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	message_sink(hear, NULL);
	set("DL_DIR", in("dl"));
	set("SRC_URI", URL);
	set("BB_NO_NETWORK", "1");
	set("PATH", "/usr/bin:/bin");
	flag("SRC_URI", "sha256sum", ABC);
}
static void tear_down(void) {
	message_sink(NULL, NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(download, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s is not there", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

static const char *fetch(void) {
	struct trap trap;
	if (!TRAP(&trap))
		return arena_str(a, trap.error.message);
	download_all(d);
	trap_end(&trap);
	return "";
}

static const char *everything_from(const char *dir) {
	return arena_printf(a, "https?://.*/.* file://%s/", in(dir)).p;
}

Test(download, what_is_there_is_taken) {
	put("dl/x.txt", "abc");
	cr_assert_str_eq(fetch(), "");
}

Test(download, a_directory_may_be_read_only) {
	put("dl/x.txt", "abc");
	cr_assert_eq(system(arena_printf(a, "chmod 555 %s", in("dl")).p), 0);
	cr_assert_str_eq(fetch(), "");
	cr_assert_eq(system(arena_printf(a, "chmod 755 %s", in("dl")).p), 0);
}

Test(download, wrong_content_there_is_moved_away) {
	put("dl/x.txt", "old");
	put("m/x.txt", "abc");
	set("MIRRORS", everything_from("m"));
	cr_assert_str_eq(fetch(), "");
	holds("dl/x.txt", "abc");
	struct slices kept = { 0 };
	cr_assert_eq(os_glob(a, in("dl/x.txt_bad-checksum_*"), &kept), 0);
	cr_assert_eq(kept.n, 1u);
}

Test(download, premirrors_come_first_and_wrong_ones_are_passed_over) {
	put("wrong/x.txt", "not it");
	put("right/x.txt", "abc");
	set("PREMIRRORS", arena_printf(a, "%s \\n %s", everything_from("wrong"), everything_from("right")).p);
	cr_assert_str_eq(fetch(), "");
	holds("dl/x.txt", "abc");
	struct slices kept = { 0 };
	cr_assert_eq(os_glob(a, in("dl/x.txt_bad-checksum_*"), &kept), 0);
	cr_assert_eq(kept.n, 1u, "the wrong content is kept aside");
}

Test(download, a_store_addressed_by_content) {
	put("store/" ABC, "abc");
	set("BB_CONTENT_MIRRORS", arena_printf(a, "file://%s file://%s", in("none"), in("store")).p);
	cr_assert_str_eq(fetch(), "");
	holds("dl/x.txt", "abc");
}

Test(download, any_accepted_sum_fits) {
	flag("SRC_URI", "sha256sum", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 " ABC);
	put("m/x.txt", "abc");
	set("MIRRORS", everything_from("m"));
	cr_assert_str_eq(fetch(), "");
}

Test(download, every_given_kind_of_sum_must_fit) {
	flag("SRC_URI", "md5sum", "00000000000000000000000000000000");
	put("m/x.txt", "abc");
	set("MIRRORS", everything_from("m"));
	cr_assert_not_null(strstr(fetch(), "its md5 is 900150983cd24fb0d6963f7d28e17f72, not 0000"));
}

Test(download, found_nowhere_names_every_place) {
	put("wrong/x.txt", "not it");
	set("PREMIRRORS", everything_from("empty"));
	set("MIRRORS", everything_from("wrong"));
	set("BB_CONTENT_MIRRORS", arena_printf(a, "file://%s", in("none")).p);
	const char *why = fetch();
	static const char *const parts[] = { URL ": cannot be fetched:", "/empty/x.txt: not there",
		URL ": BB_NO_NETWORK is set", "/wrong/x.txt: checksum mismatch: its sha256 is ", ", not " ABC,
		"_bad-checksum_", "/none/" ABC ": not there", "archive, by sha256: ", "what to do: " };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		cr_assert_not_null(strstr(why, parts[i]), "%s is not in: %s", parts[i], why);
	cr_assert_not(os_exists(in("dl/x.txt")));
}

Test(download, a_missing_sum_is_shown) {
	data_del_flag(d, atom_of("SRC_URI"), atom_of("sha256sum"));
	set("SRC_URI", URL ";name=n");
	put("m/x.txt", "abc");
	set("MIRRORS", everything_from("m"));
	const char *why = fetch();
	cr_assert_not_null(strstr(why, "SRC_URI[n.sha256sum] = \"" ABC "\""), "%s", why);
}

Test(download, all_failures_at_once) {
	set("SRC_URI", URL " https://up.example/y.txt");
	const char *why = fetch();
	cr_assert(strstr(why, "x.txt: cannot be fetched") && strstr(why, "y.txt: cannot be fetched"), "%s", why);
}

Test(download, passwords_are_not_shown) {
	set("SRC_URI", "https://me:secret@up.example/x.txt");
	cr_assert_null(strstr(fetch(), "secret"));
}

Test(download, premirrors_only) {
	set("BB_FETCH_PREMIRRORONLY", "1");
	put("m/x.txt", "abc");
	set("MIRRORS", everything_from("m"));
	cr_assert_not_null(strstr(fetch(), "BB_FETCH_PREMIRRORONLY is set"));
}

Test(download, bad_mirrors) {
	set("MIRRORS", "https://one.example/");
	cr_assert_not_null(strstr(fetch(), "MIRRORS: "));
}

Test(download, what_nobody_can_fetch) {
	set("SRC_URI", "npm://registry.example/x");
	cr_assert_not_null(strstr(fetch(), "bake fetches file"));
	set("SRC_URI", "file://missing");
	cr_assert_not_null(strstr(fetch(), "no such file; looked in"));
}

/* --- repositories --- */

static const char *make_repository(void) {
	struct slice commit;
	cr_assert_eq(system(arena_printf(a, "cd %s && export HOME=%s GIT_CONFIG_NOSYSTEM=1 && "
		"git init -q -b main r && cd r && git config user.email a@b && git config user.name n && "
		"mkdir sub && echo one > f && echo two > sub/g && git add . && "
		"GIT_COMMITTER_DATE='1500000000 +0000' git commit -q -m first && "
		"git rev-parse HEAD > ../commit && echo later > f && git commit -q -a -m second", top, top).p), 0);
	cr_assert_eq(os_read(a, in("commit"), &commit), 0);
	return arena_str(a, slice_trim(commit));
}

Test(download, a_commit) {
	const char *commit = make_repository();
	struct git_source g = { .commit = slice_of(commit) };
	struct slice why = SLICE("");
	set("SRCREV", commit);
	set("SRC_URI", arena_printf(a, "git://%s/r;protocol=file;branch=main", top).p);
	cr_assert_str_eq(fetch(), "");
	struct slices mirrors = { 0 };
	cr_assert_eq(os_glob(a, in("dl/git2/*.r"), &mirrors), 0);
	cr_assert_eq(mirrors.n, 1u);
	g.mirror = mirrors.v[0].p;
	cr_assert_eq(git_checkout(a, &g, in("out"), NULL, &why), 0, SFMT, SARG(why));
	holds("out/f", "one\n");
	holds("out/sub/g", "two\n");
	cr_assert_not(os_exists(in("out/.git")));
	cr_assert_eq(git_checkout(a, &g, in("part"), "sub", &why), 0, SFMT, SARG(why));
	holds("part/g", "two\n");
	struct os_entry *e;
	size_t n;
	cr_assert_eq(os_walk(a, in("out"), &e, &n), 0);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(e[i].mtime, 1500000000, "%s", e[i].path);
	os_remove(in("r"));
	cr_assert_str_eq(fetch(), "", "what the mirror holds is not fetched again");
}

Test(download, a_commit_that_is_not_there) {
	make_repository();
	set("SRCREV", "a9993e364706816aba3e25717850c26c9cd0d89d");
	set("SRC_URI", arena_printf(a, "git://%s/r;protocol=file", top).p);
	cr_assert_not_null(strstr(fetch(), "no commit a9993e"), "%s", fetch());
	set("SRC_URI", "git://up.example/r;protocol=https");
	cr_assert_not_null(strstr(fetch(), "the commit is not in"), "%s", fetch());
}
