/* secret: what is masked in a configuration, and what is left as it is. */
#include <criterion/criterion.h>

#include "secret.h"
#include "util.h"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(secret, .init = set_up, .fini = tear_down);

static void gives(const char *text, const char *expected, unsigned masked) {
	unsigned count = 0;
	struct slice got = secret_mask(a, slice_of(text), &count);
	cr_expect(slice_is(got, expected), SFMT, SARG(got));
	cr_expect_eq(count, masked, "%u masked in %s", count, text);
}

Test(secret, by_name) {
	cr_expect(secret_name(SLICE("ROOT_PASSWORD")) && secret_name(SLICE("mySecretThing")));
	cr_expect(secret_name(SLICE("FLAG[token]")));
	cr_expect_not(secret_name(SLICE("PASSES")));
}

Test(secret, a_value) {
	gives("A = \"1\"\nB_TOKEN ?= \"x\"\n", "A = \"1\"\nB_TOKEN ?= \"***\"\n", 1);
	gives("export SECRET='x'", "export SECRET= \"***\"\n", 1);
}

Test(secret, all_lines_of_a_value) {
	gives("SECRET = \"a \\\n b \\\n c\"\nD = \"d\"\n", "SECRET = \"***\"\nD = \"d\"\n", 1);
}

Test(secret, comments_and_values_about_secrets_stay) {
	gives("# SECRET = \"x\"\nA = \"SECRET\"\n\nrequire secret.inc\n",
		"# SECRET = \"x\"\nA = \"SECRET\"\n\nrequire secret.inc\n", 0);
}

Test(secret, urls) {
	gives("A = \"https://u:p@h/\"\n", "A = \"https://u:***@h/\"\n", 1);
}

Test(secret, nothing) { gives("", "", 0); }

Test(secret, keys) {
	cr_expect(secret_key(SLICE("-----BEGIN PRIVATE KEY-----\nx")));
	cr_expect(secret_key(SLICE("-----BEGIN OPENSSH PRIVATE KEY-----\nx")));
	cr_expect_not(secret_key(SLICE("-----BEGIN PUBLIC KEY-----\nx")));
}
