/* mirror: which URLs PREMIRRORS and MIRRORS make of one; the pairs are those of real configurations. */
#include <criterion/criterion.h>

#include "mirror.h"
#include "uri.h"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(mirror, .init = set_up, .fini = tear_down);

/* The URLs, joined by blanks; "!" and the reason when refused. */
static const char *made(const char *mirrors, const char *url, const char *basename) {
	struct uri u;
	struct slices urls = { 0 };
	struct slice why;
	const char *no;
	cr_assert(uri_parse(a, slice_of(url), &u, &no));
	if (!mirror_urls(a, slice_of(mirrors), &u, slice_of(basename), &urls, &why))
		return arena_printf(a, "!" SFMT, SARG(why)).p;
	return slices_join(a, &urls, " ").p;
}

static void gives(const char *mirrors, const char *url, const char *basename, const char *expected) {
	cr_assert_str_eq(made(mirrors, url, basename), expected);
}

Test(mirror, a_directory_for_everything) {
	gives("https?://.*/.* https://mirror.example/sources/", "https://up.example/a/b/x-1.tar.gz", "x-1.tar.gz",
		"https://mirror.example/sources/x-1.tar.gz");
	gives("https?://.*/.* https://mirror.example/sources/", "http://up.example/x-1.tar.gz", "x-1.tar.gz",
		"https://mirror.example/sources/x-1.tar.gz");
	gives("https?://.*/.* file:///srv/dl/", "https://up.example/a/x-1.tar.gz", "x-1.tar.gz",
		"file:///srv/dl/x-1.tar.gz");
}

Test(mirror, a_place_for_another) {
	gives("https://ftp.gnu.example/gnu https://m.example/pub/gnu", "https://ftp.gnu.example/gnu/make/make-4.tar.gz",
		"make-4.tar.gz", "https://m.example/pub/gnu/make/make-4.tar.gz");
	gives("https://ftp.gnu.example/gnu https://m.example/pub/gnu", "https://other.example/gnu/x.tar.gz", "x.tar.gz", "");
	gives("http://a.example/ https://b.example/", "https://a.example/x", "x", "");
}

Test(mirror, words_of_the_original) {
	gives("https?://.*/.* https://m.example/TYPE/HOST/PATH", "https://up.example/a/x.tgz", "x.tgz",
		"https://m.example/https/up.example/a/x.tgz");
	gives("https?://.*/.* https://m.example/MIRRORNAME", "https://up.example/a/x.tgz", "x.tgz",
		"https://m.example/up.example.a.x.tgz/x.tgz");
	gives("https?://(.*)/.* https://m.example/BASENAME", "https://up.example/a/x.tgz", "x.tgz",
		"https://m.example/x.tgz");
}

Test(mirror, groups) {
	gives("https://up.example/(a|b)/(.*) https://m.example/\\2/\\1", "https://up.example/a/x.tgz", "",
		"https://m.example/x.tgz/a");
}

Test(mirror, the_name_in_the_download_directory_wins) {
	gives("https://.*/.* https://m.example/d/", "https://up.example/v1.tar.gz", "x-1.tar.gz",
		"https://m.example/d/x-1.tar.gz");
	gives("https://up.example/ https://m.example/", "https://up.example/d/v1.tar.gz", "x-1.tar.gz",
		"https://m.example/d/x-1.tar.gz");
}

Test(mirror, repositories) {
	gives("git://.*/.* https://m.example/git/", "git://up.example/r.git;branch=main", "git2_up.example.r.git.tar.gz",
		"https://m.example/git/git2_up.example.r.git.tar.gz");
	gives("git://up.example/.* git://m.example/mirrors/BASENAME;protocol=https", "git://up.example/r.git;branch=main",
		"", "git://m.example/mirrors/r.git;branch=main;protocol=https");
}

Test(mirror, mirrors_of_mirrors_and_no_doubles) {
	gives("https://a.example/ https://b.example/ \\n https://b.example/ https://c.example/ "
		"https://a.example/ https://c.example/", "https://a.example/x", "x",
		"https://b.example/x https://c.example/x");
}

Test(mirror, credentials_do_not_travel) {
	gives("https://.*/.* https://m.example/", "https://u:p@up.example/x", "x", "https://m.example/x");
}

Test(mirror, what_is_wrong) {
	cr_assert_eq(made("https://a.example/", "https://a.example/x", "x")[0], '!');
	cr_assert_eq(made("https://a.example/( https://b.example/", "https://a.example/x", "x")[0], '!');
	cr_assert_eq(made("https://a.*?/ https://b.example/", "https://a.example/x", "x")[0], '!', "lazy");
	cr_assert_eq(made("https://a++ https://b.example/", "https://a.example/x", "x")[0], '!', "possessive");
	cr_assert_eq(made("https://a{2}+ https://b.example/", "https://a.example/x", "x")[0], '!');
	cr_assert_neq(made("https://[*?+]*\\+?a? https://b.example/", "https://a.example/x", "x")[0], '!');
	cr_assert_eq(made("nonsense https://b.example/", "https://a.example/x", "x")[0], '!');
}
