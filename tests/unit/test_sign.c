/* sign: what one key signed verifies with it alone, and only unchanged. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "proc.h"
#include "sign.h"
#include "util.h"

static char top[] = "/tmp/test-sign-XXXXXX";
static struct arena *a;

static const char *file(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void openssl(const char *command) {
	cr_assert_eq(system(arena_printf(a, "cd %s && openssl %s >/dev/null 2>&1", top, command).p), 0);
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	openssl("genpkey -algorithm ed25519 -out one.key");
	openssl("pkey -in one.key -pubout -out one.pub");
	openssl("genpkey -algorithm ed25519 -out two.key");
	openssl("pkey -in two.key -pubout -out two.pub");
	message_sink(NULL, NULL);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(sign, .init = set_up, .fini = tear_down);

static int verify(const char *keys, const char *text, struct slice signature, struct slice *why) {
	struct slices files = { 0 };
	struct slice rest = slice_of(keys), name;
	while (slice_word(&rest, &name))
		slices_add(a, &files, slice_of(file(arena_str(a, name))));
	return sign_verify(a, &files, slice_of(text), signature, why);
}

Test(sign, the_key_that_signed_verifies) {
	struct slice s, again, why;
	cr_assert_eq(sign_text(a, file("one.key"), SLICE("a text"), &s), 0);
	cr_assert_eq(sign_text(a, file("one.key"), SLICE("a text"), &again), 0);
	cr_assert(slice_eq(s, again), "one text has one signature");
	cr_assert_eq(verify("one.pub", "a text", s, &why), 0);
	cr_assert_eq(verify("one.key", "a text", s, &why), 0);
	cr_assert_eq(verify("two.pub one.pub", "a text", s, &why), 0);
}

Test(sign, another_key_and_another_text_do_not) {
	struct slice s, why;
	cr_assert_eq(sign_text(a, file("one.key"), SLICE("a text"), &s), 0);
	cr_assert_eq(verify("two.pub", "a text", s, &why), -1);
	cr_assert(slice_is(why, "no configured key signed it"));
	cr_assert_eq(verify("one.pub", "a tex", s, &why), -1);
	cr_assert_eq(verify("", "a text", s, &why), -1);
	cr_assert_eq(verify("one.pub", "a text", slice_sub(s, 0, 40), &why), -1);
	cr_assert_eq(verify("one.pub", "a text", SLICE(""), &why), -1);
	cr_assert(slice_is(why, "not an Ed25519 signature in base64"));
}

Test(sign, wrong_keys_are_named) {
	struct slice s, why;
	openssl("genpkey -algorithm rsa -out rsa.key");
	cr_assert_eq(sign_text(a, file("rsa.key"), SLICE("x"), &s), -1);
	cr_assert_eq(sign_text(a, file("one.pub"), SLICE("x"), &s), -1);
	cr_assert_eq(sign_text(a, file("absent"), SLICE("x"), &s), -1);
	cr_assert_eq(sign_text(a, file("one.key"), SLICE("x"), &s), 0);
	cr_assert_eq(verify("rsa.key", "x", s, &why), -1);
	cr_assert(slice_find(why, "rsa.key: not an Ed25519 public key", NULL));
	cr_assert_eq(verify("absent", "x", s, &why), -1);
	cr_assert(slice_find(why, "absent: No such file", NULL));
}
