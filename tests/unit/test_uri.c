/* uri: BitBake's URLs apart and together. */
#include <criterion/criterion.h>

#include "uri.h"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(uri, .init = set_up, .fini = tear_down);

static struct uri parsed(const char *text) {
	struct uri u;
	const char *why;
	cr_assert(uri_parse(a, slice_of(text), &u, &why), "%s: %s", text, why);
	return u;
}

static void is(struct slice s, const char *text) { cr_assert(slice_is(s, text), "%s is " SFMT, text, SARG(s)); }

Test(uri, remote) {
	struct uri u = parsed("https://u:p@w@host:8080/a%20b/c.tar.gz;name=x;subdir=y/z");
	is(u.scheme, "https");
	is(u.user, "u");
	is(u.password, "p@w");
	is(u.host, "host:8080");
	is(u.path, "/a b/c.tar.gz");
	is(uri_param(&u, "name"), "x");
	is(uri_param(&u, "subdir"), "y/z");
	cr_assert_null(uri_param(&u, "other").p);
	is(uri_text(a, &u), "https://u:p@w@host:8080/a%20b/c.tar.gz;name=x;subdir=y/z");
	is(uri_remote(a, &u), "https://u:p@w@host:8080/a%20b/c.tar.gz");
}

Test(uri, a_query_stays_one) {
	struct uri u = parsed("https://host/get?file=a&b=1;downloadfilename=a.tgz");
	is(uri_remote(a, &u), "https://host/get?file=a&b=1");
}

Test(uri, files) {
	struct uri u = parsed("file://sub/fix@2.patch;striplevel=0;apply=no");
	is(u.host, "");
	is(u.path, "sub/fix@2.patch");
	cr_assert_not(uri_flag(&u, "apply", true));
	cr_assert(uri_flag(&u, "unpack", true));
	is(parsed("file:///etc/x").path, "/etc/x");
}

Test(uri, git) {
	struct uri u = parsed("git://git@host/group/repo.git;protocol=ssh;branch=main");
	is(u.user, "git");
	is(u.host, "host");
	is(u.path, "/group/repo.git");
}

Test(uri, no_path_ends_early) {
	struct uri u;
	const char *why;
	cr_assert(uri_parse(a, SLICE("https://h/a%00b%20c.tar"), &u, &why));
	is(u.path, "/a%00b c.tar");
}

Test(uri, hosts_that_may_be_asked) {
	struct slice hosts = SLICE("good.org *.good.org ::1");
	cr_assert(uri_host_allowed(a, SLICE("https://u:p@GOOD.org:80/x#y?z"), hosts));
	cr_assert(uri_host_allowed(a, SLICE("http://a.good.org"), hosts));
	cr_assert(uri_host_allowed(a, SLICE("http://[::1]:80/x"), hosts));
	cr_assert(uri_host_allowed(a, SLICE("http://any/x"), SLICE(" ")));
	cr_assert_not(uri_host_allowed(a, SLICE("http://[::2]:80/x"), hosts));
	cr_assert_not(uri_host_allowed(a, SLICE("https://good.org.bad/x"), hosts));
	cr_assert_not(uri_host_allowed(a, SLICE("https://good.org@bad/x"), hosts));
	/* curl and git ask "bad" for these */
	cr_assert_not(uri_host_allowed(a, SLICE("http://bad#@good.org/x"), hosts));
	cr_assert_not(uri_host_allowed(a, SLICE("http://bad?@good.org/x"), hosts));
	cr_assert_not(uri_host_allowed(a, SLICE("http://bad\\@good.org/x"), hosts));
}

Test(uri, what_is_none) {
	struct uri u;
	const char *why;
	cr_assert_not(uri_parse(a, SLICE("no-scheme"), &u, &why));
	cr_assert_not(uri_parse(a, SLICE("https://"), &u, &why));
	cr_assert_not(uri_parse(a, SLICE("https://h/x;flag"), &u, &why));
	cr_assert_not(uri_parse(a, SLICE("://h/x"), &u, &why));
}

Test(uri, parameters_can_be_set) {
	struct uri u = parsed("https://h/x;a=1");
	uri_param_set(a, &u, SLICE("a"), SLICE("2"));
	uri_param_set(a, &u, SLICE("b"), SLICE("3"));
	is(uri_text(a, &u), "https://h/x;a=2;b=3");
}
