/* peer: what people write in SSTATE_MIRRORS, and a directory as a mirror. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "map.h"
#include "os.h"
#include "peer.h"
#include "util.h"

static struct arena *a;
static struct data *d;
static struct peers list;
static char top[] = "/tmp/test-peer-XXXXXX";
static char said[1000];

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx;
	if (level != MESSAGE_DEBUG)
		strncpy(said, text, sizeof said - 1);
}
static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	message_sink(hear, NULL);
	static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
}
static void tear_down(void) {
	message_sink(NULL, NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(peer, .init = set_up, .fini = tear_down);

static void set(const char *name, const char *value) {
	data_set(d, atom_of(name), slice_of(value));
}
static int mirrors(const char *text) {
	set("SSTATE_MIRRORS", text);
	return peer_list(d, a, "SSTATE_MIRRORS", &list);
}
static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

Test(peer, pairs_and_urls_may_be_mixed) {
	cr_assert_eq(mirrors("file://.* https://one.example/d/PATH;downloadfilename=PATH \\n"
		" file:///srv/cache \\n s3://bucket/x http://two.example/"), 0, "%s", said);
	cr_assert_eq(list.n, 4);
	cr_assert_str_eq(list.v[0].place, "https://one.example/d");
	cr_assert_eq(list.v[0].kind, PEER_SERVER);
	cr_assert_eq(list.v[1].kind, PEER_DIRECTORY);
	cr_assert_eq(list.v[2].kind, PEER_BUCKET);
	cr_assert_str_eq(list.v[2].endpoint, "https://s3.us-east-1.amazonaws.com");
	cr_assert_null(list.v[2].who.sigv4, "nobody in particular");
	cr_assert_eq(list.v[3].kind, PEER_SERVER);
	cr_assert_eq(mirrors(""), 0);
	cr_assert_eq(list.n, 0);
}

Test(peer, what_is_wrong_is_named) {
	cr_assert_eq(mirrors("file://.*"), -1);
	cr_assert_str_eq(said, "SSTATE_MIRRORS: \"file://.*\" is a pattern, and no URL follows it");
	cr_assert_eq(mirrors("ftp://host/dir"), -1);
	cr_assert_str_eq(said, "SSTATE_MIRRORS: ftp://host/dir: it is no file, http, https or s3 URL");
	cr_assert_eq(mirrors("/srv/cache"), -1);
	cr_assert_str_eq(said, "SSTATE_MIRRORS: /srv/cache: it has no \"://\"");
}

Test(peer, a_time_out_is_a_number) {
	struct trap trap;
	set("SSTATE_MIRROR_TIMEOUT", "7");
	cr_assert_eq(mirrors("http://host/"), 0);
	cr_assert_eq(list.v[0].how.connect_s, 7);
	set("SSTATE_MIRROR_TIMEOUT", "soon");
	if (TRAP(&trap)) {
		mirrors("http://host/");
		cr_assert_fail("it was taken");
	}
	cr_assert(slice_starts(trap.error.message, "SSTATE_MIRROR_TIMEOUT: \"soon\""));
}

Test(peer, who_we_are_to_a_bucket) {
	setenv("AWS_ACCESS_KEY_ID", "key", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_REGION", "eu-north-1", 1);
	setenv("AWS_ENDPOINT_URL", "http://s3.example/", 1);
	cr_assert_eq(mirrors("s3://bucket"), 0);
	cr_assert_str_eq(list.v[0].who.sigv4, "aws:amz:eu-north-1:s3");
	cr_assert_str_eq(list.v[0].endpoint, "http://s3.example");
	set("SSTATE_MIRROR_REGION", "mars");
	set("SSTATE_MIRROR_ENDPOINT", "http://own.example");
	cr_assert_eq(mirrors("s3://bucket"), 0);
	cr_assert_str_eq(list.v[0].who.sigv4, "aws:amz:mars:s3");
	cr_assert_str_eq(list.v[0].endpoint, "http://own.example");
}

Test(peer, the_network_may_be_forbidden) {
	set("BB_NO_NETWORK", "1");
	cr_assert_eq(mirrors("http://host/ file:///srv s3://bucket"), 0);
	cr_assert_eq(list.n, 1);
	cr_assert_eq(list.v[0].kind, PEER_DIRECTORY);
	set("SSTATE_MIRROR_ALLOW_NETWORK", "1");
	cr_assert_eq(mirrors("http://host/ file:///srv s3://bucket"), 0);
	cr_assert_eq(list.n, 3);
	cr_assert(list.v[0].who.exempt);
	set("BB_ALLOWED_NETWORKS", "*.good.example");
	cr_assert_eq(mirrors("http://host/ http://very.good.example:80/x"), 0);
	cr_assert_eq(list.n, 1);
	cr_assert(list.v[0].who.stays, "nor may a redirection lead elsewhere");
}

/* --- a directory --- */

static struct slice why;

static bool has(const char *name) {
	struct peer_file f = { .name = name };
	cr_assert_eq(peer_ask(a, &list.v[0], &(struct peer_files){ &f, 1 }, &why), 0, SFMT, SARG(why));
	return f.there;
}

static void put(const char *name, const char *text) {
	struct peer_transfer t = { .name = name, .file = in("file") };
	cr_assert_eq(os_write(in("file"), slice_of(text), 0644, false), 0);
	cr_assert_eq(peer_put(a, &list.v[0], &t), 0, SFMT, SARG(t.why));
}

Test(peer, files_go_into_a_directory_and_come_back) {
	struct peer_transfer t = { .name = "ab/abc.info", .file = in("back") };
	struct slice text;
	mirrors(arena_printf(a, "file://.* file://%s/d/PATH", top).p);
	peer_make(&list.v[0]);
	cr_assert_not(has("ab/abc.info"));
	put("ab/abc.info", "text");
	cr_assert(has("ab/abc.info"));
	cr_assert(os_is_file(in("d/ab/abc.info")));
	struct peer_file f = { .name = "ab/abc.info", .head = true };
	peer_ask(a, &list.v[0], &(struct peer_files){ &f, 1 }, &why);
	cr_assert_eq(f.bytes, 4);
	cr_assert_eq(peer_get(a, &list.v[0], &t), 0);
	cr_assert_eq(os_read(a, in("back"), &text), 0);
	cr_assert(slice_is(text, "text"));
	cr_assert_eq(t.reply.bytes, 4);
	t.name = "ab/none";
	cr_assert_eq(peer_get(a, &list.v[0], &t), -1);
	cr_assert_not(t.reply.unreachable);
}

Test(peer, patterns_choose_names_and_move_them) {
	mirrors(arena_printf(a, "file://(ab)/(.*) file://%s/d/\\1-only/\\2", top).p);
	put("ab/abc.info", "text");
	cr_assert(os_is_file(in("d/ab-only/abc.info")));
	cr_assert(has("ab/abc.info"));
	cr_assert_not(has("cd/cde.info"), "the pattern does not fit it");
}

Test(peer, a_directory_that_is_not_there) {
	struct peer_file f = { .name = "ab/abc.info" };
	mirrors(arena_printf(a, "file://%s/nowhere", top).p);
	cr_assert_eq(peer_ask(a, &list.v[0], &(struct peer_files){ &f, 1 }, &why), -1);
	cr_assert(slice_is(why, "no such directory"));
	cr_assert(peer_give_up(&list.v[0]));
	cr_assert_not(peer_give_up(&list.v[0]), "only the first tells");
}

/* A pipe would be waited for, a file of any length be read. */
Test(peer, what_is_no_small_file) {
	struct peer_file f = { .name = "ab/abc.info" };
	cr_assert_eq(os_mkdirs(in("ab")), 0);
	cr_assert_eq(mkfifo(in("ab/abc.info"), 0600), 0);
	mirrors(arena_printf(a, "file://%s", top).p);
	cr_assert_eq(peer_ask(a, &list.v[0], &(struct peer_files){ &f, 1 }, &why), 0);
	cr_assert_not(f.there);
	cr_assert_eq(os_remove(in("ab/abc.info")), 0);
	cr_assert_eq(os_write(in("ab/abc.info"), SLICE("x"), 0644, false), 0);
	cr_assert_eq(truncate(in("ab/abc.info"), 1 << 20), 0);
	cr_assert_eq(peer_ask(a, &list.v[0], &(struct peer_files){ &f, 1 }, &why), 0);
	cr_assert_not(f.there);
}
